import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { recorderTests, until } from '../../test/support/recorder-fixtures';
import type { History } from '../history/history';

const { folder, newSwarm, start, stop } = recorderTests('recorder-faults-');

test('Recorder: a file damaged in its middle is moved aside at the start, and the log is read again', async () => {
  const { root, file, say } = newSwarm();
  say(...Array.from({ length: 3000 }, (_, n) => n + 1));
  const first = start({ root, file });
  await first.recorder.refresh();
  await stop(first);
  const bytes = readFileSync(file);
  // All but the first page, which alone is read when a database is opened.
  bytes.fill(0xff, 4096);
  writeFileSync(file, bytes);
  const second = start({ root, file });
  await second.recorder.refresh();
  assert.equal(second.recorder.history.head(), 3000);
  assert.equal(second.condition.history.mode, 'file');
  assert.match(second.condition.history.reason ?? '', /was started again/);
});

test('Recorder: on a full disk memory is used under another epoch; with free space the file catches up and its epoch returns', async () => {
  const { root, file, say } = newSwarm();
  const watched = start({ root, file });
  say(1, 2);
  await watched.recorder.refresh();
  const { epoch } = watched;
  const { db } = watched.recorder.history;
  // SQLite's own bound gives the error that a full disk gives. Recovery opens the file again, without this bound.
  db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`);
  const many = Array.from({ length: 3000 }, (_, n) => n + 3);
  say(...many);
  await watched.recorder.refresh();
  await until(
    () => watched.events.some((event) => event.type === 'condition' && event.history.mode === 'memory'),
    'memory',
  );
  const faulty = watched.events.find((event) => event.type === 'condition' && event.history.mode === 'memory');
  assert.ok(faulty?.type === 'condition');
  assert.equal(faulty.history.state, 'degraded');
  assert.match(faulty.history.reason ?? '', /disk is full/);
  await until(() => watched.epoch === epoch && watched.recorder.history.head() === 3002, 'the file has caught up');
  assert.equal(watched.condition.history.state, 'ok');
  const numbers = watched.recorder.history.after(0, 5000).map(({ json }) => (JSON.parse(json) as { n: number }).n);
  assert.deepEqual(numbers, [1, 2, ...many]);
  const inMemory = [...watched.published].find(([name]) => name !== epoch);
  assert.ok(inMemory && inMemory[1].length >= 1000, 'the live view went on');
});

test('refresh(): a database that fails when the figures are read at the end of a run means memory, not a rejection', async () => {
  const { root, file, say } = newSwarm();
  let now = Date.now();
  const watched = start({ root, file }, { now: () => now });
  say(1);
  await watched.recorder.refresh();
  failRead(watched.recorder.history, 'summary');
  now += 1000;
  say(2);
  await watched.recorder.refresh();
  assert.equal(watched.condition.history.mode, 'memory');
  assert.deepEqual(
    watched.now.map((text) => text.split(':')[1]),
    ['1', '2'],
  );
});

test('refresh(): a process that follows survives a checkpoint that becomes invalid', async () => {
  const { root, file, say } = newSwarm();
  say(1);
  const recording = start({ root, file });
  await recording.recorder.refresh();
  const following = start({ root, file });
  await following.recorder.refresh();
  recording.recorder.history.db.prepare("UPDATE meta SET value = '{' WHERE key = 'checkpoint'").run();
  await following.recorder.refresh();
  assert.equal(following.condition.history.state, 'degraded');
});

test('heartbeat(), close(): a database that fails when the liveness file is written means memory, not a rejection', async () => {
  const { root, file, say } = newSwarm();
  let now = Date.now();
  const watched = start({ root, file }, { now: () => now });
  say(1);
  await watched.recorder.refresh();
  failRead(watched.recorder.history, 'head');
  now += 1000;
  await watched.recorder.heartbeat(null);
  assert.equal(watched.condition.history.mode, 'memory');
  const closed = start({ root, file: newSwarm().file });
  await closed.recorder.refresh();
  failRead(closed.recorder.history, 'head');
  await stop(closed);
});

/** Lets every further call of one read of this database fail as a defective disk does. */
function failRead(history: History, read: 'summary' | 'head'): void {
  Object.defineProperty(history, read, {
    value: () => {
      throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' });
    },
  });
}

test('reportDamage(): a file damaged while in use is moved aside, and the log is read again', async () => {
  const { root, file, say } = newSwarm();
  const watched = start({ root, file });
  say(1, 2);
  await watched.recorder.refresh();
  const { epoch } = watched;
  watched.recorder.reportDamage();
  await until(() => watched.now.length === 2 && watched.recorder.history.file === file, 'the log was read again');
  assert.notEqual(watched.epoch, epoch);
  assert.deepEqual(watched.now, ['1:1', '2:2']);
  assert.equal(watched.condition.history.state, 'degraded');
  const kept = readdirSync(dirname(file)).filter((name) => name.startsWith(`${basename(file)}.corrupt-`));
  assert.ok(kept.length > 0, 'never deleted');
});

test('Recorder: a file that is no database at the start is moved aside with its content', async () => {
  const { root, file, say } = newSwarm();
  const first = start({ root, file });
  await stop(first);
  writeFileSync(file, 'not a database at all, but long enough to be read as one'.repeat(100));
  say(1);
  const second = start({ root, file });
  await second.recorder.refresh();
  assert.deepEqual(second.now, ['1:1']);
  assert.match(second.condition.history.reason ?? '', /was started again; the old file is kept as /);
  const aside = readdirSync(dirname(file)).find((name) => /\.corrupt-[^-]*-[^-]*-[^-]*-[^-]*-[^-]*Z$/.test(name));
  assert.ok(aside);
  assert.match(readFileSync(join(dirname(file), aside), 'utf8'), /not a database at all/);
});

test('Recorder: an invalid checkpoint counts as damage: the file is moved aside, and the log is read again', async () => {
  for (const checkpoint of [
    '{',
    '{"version":2}',
    '{"version":1,"current":1,"generations":[{}],"gaps":0,"skipped":{}}',
  ]) {
    const { root, file, say } = newSwarm();
    say(1);
    const first = start({ root, file });
    await first.recorder.refresh();
    first.recorder.history.db.prepare("UPDATE meta SET value = ? WHERE key = 'checkpoint'").run(checkpoint);
    await stop(first);
    const second = start({ root, file });
    await second.recorder.refresh();
    assert.deepEqual(second.now, ['1:1'], checkpoint);
    assert.match(second.condition.history.reason ?? '', /was started again/, checkpoint);
  }
});

test('Recorder: a path that cannot be written means memory, with the reason', async () => {
  const { root, say } = newSwarm();
  const blocked = join(mkdtempSync(join(folder, 'blocked-')), 'file');
  writeFileSync(blocked, 'a file where a folder should be');
  say(1);
  const watched = start({ root, file: join(blocked, 'history.sqlite') });
  await watched.recorder.refresh();
  assert.deepEqual(watched.now, ['1:1']);
  const { mode, state, reason } = watched.condition.history;
  assert.deepEqual([mode, state], ['memory', 'degraded']);
  assert.match(reason ?? '', /can't be used/);
});

test('Recorder: a removed file is made again, and the log is read again', async () => {
  const { root, file, say } = newSwarm();
  const watched = start({ root, file });
  say(1, 2);
  await watched.recorder.refresh();
  const { epoch } = watched;
  for (const name of readdirSync(dirname(file))) {
    if (!name.endsWith('.lock')) renameSync(join(dirname(file), name), join(dirname(file), `gone-${name}`));
  }
  await until(() => watched.epoch !== epoch && watched.now.length === 2, 'a new history');
  assert.deepEqual(watched.now, ['1:1', '2:2']);
  assert.equal(watched.condition.history.mode, 'file');
});
