import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { EncodedMessage } from '../history/encoded-messages';
import type { KeptMessage } from '../history/history';
import type { JournalUpdate } from '../history/journal';
import { LOG_NAME } from '../sources/claudeswarm/message-log';
import { answerQuestion } from '../workers/answers';
import type { RecorderEvent } from './events';
import { Recorder } from './recorder';

const folder = mkdtempSync(join(tmpdir(), 'recorder-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A recorder as the main thread sees it: the events, and what they add up to. */
class Watched {
  readonly events: RecorderEvent[] = [];
  readonly recorder: Recorder;
  epoch = '';
  /** By epoch, as streams would get them. */
  readonly published = new Map<string, string[]>();

  constructor(root: string, file: string | null, retention = { days: 30, messages: 1_000_000 }, now = Date.now) {
    const openFor = { questionsMs: 86_400_000, failuresMs: 1_800_000 };
    this.recorder = new Recorder({ root, file, retention, zone: 'UTC', openFor }, (event) => this.#take(event), now);
  }

  #take(event: RecorderEvent): void {
    this.events.push(event);
    if (event.type === 'opened') {
      this.epoch = event.epoch;
      this.published.set(event.epoch, event.newest.map(messageNumber));
    }
    if (event.type === 'committed') this.published.get(this.epoch)?.push(...event.messages.map(messageNumber));
  }

  get now(): string[] {
    return this.published.get(this.epoch) ?? [];
  }

  get condition() {
    const last = this.events.findLast((event) => event.type === 'condition');
    assert.ok(last?.type === 'condition');
    return last;
  }
}

function messageNumber({ seq, json }: KeptMessage | EncodedMessage): string {
  return `${seq}:${(JSON.parse(Buffer.from(json).toString()) as { n: number }).n}`;
}

const running: Watched[] = [];
afterEach(async () => {
  for (const { recorder } of running.splice(0)) await recorder.close();
});

function start(
  root: string,
  file: string | null,
  retention?: { days: number; messages: number },
  now?: () => number,
): Watched {
  const watched = new Watched(root, file, retention, now);
  running.push(watched);
  return watched;
}

async function stop(watched: Watched): Promise<void> {
  running.splice(running.indexOf(watched), 1);
  await watched.recorder.close();
}

function newSwarm(): { root: string; file: string; say: (...numbers: number[]) => void } {
  const root = mkdtempSync(join(folder, 'root-'));
  const say = (...numbers: number[]) =>
    appendFileSync(join(root, LOG_NAME), numbers.map((n) => `{"n": ${n}, "content": "number ${n}"}\n`).join(''));
  return { root, file: join(mkdtempSync(join(folder, 'state-')), 'h', 'history.sqlite'), say };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    assert.ok(tries < 1500, `waited in vain until ${what}`);
    await wait(10);
  }
}

test('a restart goes on after what was committed, under the same epoch', async () => {
  const { root, file, say } = newSwarm();
  say(1, 2);
  const first = start(root, file);
  await first.recorder.refresh();
  const { epoch } = first;
  assert.deepEqual(first.now, ['1:1', '2:2']);
  await stop(first);
  say(3);
  const second = start(root, file);
  await second.recorder.refresh();
  assert.equal(second.epoch, epoch);
  assert.deepEqual(second.now, ['1:1', '2:2', '3:3']);
});

test('who spoke last in what was read at the start is known before it is said that all is read', async () => {
  const { root, say } = newSwarm();
  // Of more than one batch the first part is told first.
  say(...Array.from({ length: 20_000 }, (_, n) => n + 1));
  const line = { sender: 'agent-1', msg_type: 'INFO', timestamp: '2026-01-01T10:00:00', content: 'here' };
  appendFileSync(join(root, LOG_NAME), `${JSON.stringify(line)}\n`);
  const { events, recorder } = start(root, null, undefined, () => Date.parse('2026-01-01T10:00:01Z'));
  await recorder.refresh();
  const caughtUp = events.findIndex(({ type }) => type === 'caught_up');
  const summary = events.slice(0, caughtUp).findLast(({ type }) => type === 'summary');
  assert.ok(summary?.type === 'summary');
  assert.deepEqual(
    summary.newestBySender.map(([sender]) => sender),
    ['agent-1'],
  );
});

test('a beat reads what is new, also in the midst of a run, and says until when the files were looked at', async () => {
  const { root, file, say } = newSwarm();
  const watched = start(root, file);
  say(1);
  const run = watched.recorder.refresh();
  say(2);
  await watched.recorder.heartbeat(null);
  await run;
  assert.deepEqual(watched.now, ['1:1', '2:2']);
  say(3);
  await watched.recorder.heartbeat(null);
  assert.deepEqual(watched.now, ['1:1', '2:2', '3:3']);
  const update: JournalUpdate = { at: Date.now(), changed: [], complete: ['agent', 'lock'] };
  watched.recorder.record(update);
  const refreshedAt = update.at + 5000;
  await watched.recorder.heartbeat(refreshedAt);
  await stop(watched);
  assert.equal((JSON.parse(readFileSync(`${file}.mark`, 'utf8')) as { alive_at: number }).alive_at, refreshedAt);
});

test('a clock that is set back holds nothing up', async () => {
  const { root, file } = newSwarm();
  let now = Date.now();
  const events: RecorderEvent[] = [];
  const options = {
    ...{ root, file, retention: { days: 30, messages: 1000 }, zone: 'UTC' },
    ...{ openFor: { questionsMs: 86_400_000, failuresMs: 1_800_000 }, alerts: [] },
  };
  const recorder = new Recorder(
    options,
    (event) => events.push(event),
    () => now,
  );
  await recorder.heartbeat(null);
  now -= 3_600_000;
  events.length = 0;
  const timestamp = new Date(now).toISOString();
  const question = { msg_id: 'q', msg_type: 'QUESTION', sender: 'a', recipients: ['b'], content: 'Well?', timestamp };
  appendFileSync(join(root, LOG_NAME), `${JSON.stringify(question)}\n`);
  await recorder.heartbeat(null);
  await recorder.close();
  assert.deepEqual(
    events.flatMap((event) => {
      if (event.type === 'summary') return [event.summary.count];
      return event.type === 'unresolved' ? [event.unresolved.questions.length] : [];
    }),
    [1, 1],
  );
});

test('of two processes one records; both give the same numbers; the other takes over', async () => {
  const { root, file, say } = newSwarm();
  const [one, two] = [start(root, file), start(root, file)];
  assert.deepEqual([one.condition.history.role, two.condition.history.role], ['recorder', 'follower']);
  say(1, 2, 3);
  await one.recorder.refresh();
  await until(() => two.now.length === 3, 'the follower publishes');
  assert.deepEqual(two.now, one.now);
  await stop(one);
  await until(() => two.condition.history.role === 'recorder', 'the follower takes over');
  say(4);
  await until(() => two.now.length === 4, 'the new recorder records');
  assert.deepEqual(two.now, ['1:1', '2:2', '3:3', '4:4']);
});

test('one who follows gets a large commit whole, without another one after it', async () => {
  const { root, file, say } = newSwarm();
  const one = start(root, file);
  const two = start(root, file);
  say(...Array.from({ length: 5000 }, (_, n) => n + 1));
  await one.recorder.refresh();
  await until(() => two.events.some((event) => event.type === 'committed' && event.head === 5000), 'all have come');
});

test('a swarm that talks faster than once a second does not outgrow its retention', async () => {
  const { root, file, say } = newSwarm();
  const watched = start(root, file, { days: 30, messages: 1000 });
  say(...Array.from({ length: 20_000 }, (_, n) => n + 1));
  await watched.recorder.refresh();
  assert.ok(watched.recorder.history.summary(Date.now()).count <= 3000, 'kept in step while reading');
});

test('one who follows learns what the other has dropped', async () => {
  const { root, file, say } = newSwarm();
  const retention = { days: 30, messages: 100 };
  const one = start(root, file, retention);
  const two = start(root, file, retention);
  say(...Array.from({ length: 3000 }, (_, n) => n + 1));
  await one.recorder.refresh();
  const pruned = () => one.recorder.history.summary(Date.now()).count === 100;
  await until(pruned, 'the recorder has pruned');
  const oldest = one.recorder.history.oldest();
  await until(() => {
    const published = two.events.findLast((event) => event.type === 'committed');
    const summary = two.events.findLast((event) => event.type === 'summary');
    return (
      published?.type === 'committed' &&
      published.oldest === oldest &&
      summary?.type === 'summary' &&
      summary.summary.count === 100
    );
  }, 'the follower knows the oldest and the figures');
});

test('the lock of the recorder removed by hand: two may begin to record, one steps down, nothing is kept twice', async () => {
  const { root, file, say } = newSwarm();
  const one = start(root, file);
  say(1);
  await one.recorder.refresh();
  rmSync(`${file}.lock`);
  const two = start(root, file);
  assert.equal(two.condition.history.role, 'recorder', 'it could not know');
  for (let n = 2; n <= 6; n++) {
    say(n);
    await Promise.all([one.recorder.refresh(), two.recorder.refresh()]);
  }
  await until(() => one.condition.history.role !== two.condition.history.role, 'one has stepped down');
  await until(() => one.now.length === 6 && two.now.length === 6, 'both have told everything');
  for (const { recorder } of [one, two]) {
    assert.deepEqual(recorder.history.after(0, 20).map(messageNumber), ['1:1', '2:2', '3:3', '4:4', '5:5', '6:6']);
  }
});

test('a file damaged in its middle is moved aside at the start, and the log read again', async () => {
  const { root, file, say } = newSwarm();
  say(...Array.from({ length: 3000 }, (_, n) => n + 1));
  const first = start(root, file);
  await first.recorder.refresh();
  await stop(first);
  const bytes = readFileSync(file);
  // All but the first page, which alone is read when a database is opened.
  bytes.fill(0xff, 4096);
  writeFileSync(file, bytes);
  const second = start(root, file);
  await second.recorder.refresh();
  assert.equal(second.recorder.history.head(), 3000);
  assert.equal(second.condition.history.mode, 'file');
  assert.match(second.condition.history.reason ?? '', /begins anew/);
});

test('a line that would break whoever encodes it is skipped alone', async () => {
  const { root, file, say } = newSwarm();
  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  say(1);
  appendFileSync(
    join(root, LOG_NAME),
    `{"seq": 1, "task": ${deep(20_000)}}\n{"task": ${deep(20_000)}}\n{"n": 2, "task": ${deep(300)}}\n`,
  );
  say(3);
  const watched = start(root, file);
  await watched.recorder.refresh();
  assert.deepEqual(watched.now, ['1:1', '2:2', '3:3']);
  assert.deepEqual(
    watched.condition.log.skipped.map(({ reason, count }) => [reason, count]),
    [['nested too deeply', 2]],
  );
});

test('a full disk: memory goes on under another epoch; when there is room the file catches up and its epoch returns', async () => {
  const { root, file, say } = newSwarm();
  const watched = start(root, file);
  say(1, 2);
  await watched.recorder.refresh();
  const { epoch } = watched;
  const { db } = watched.recorder.history;
  // SQLite's own bound gives the error that a full disk gives. Recovery opens the file anew, where it is gone.
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

test('a file damaged while it is used is moved aside, and what is still in the log is read again', async () => {
  const { root, file, say } = newSwarm();
  const watched = start(root, file);
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

test('a file that is no database at the start is moved aside with its content', async () => {
  const { root, file, say } = newSwarm();
  const first = start(root, file);
  await stop(first);
  writeFileSync(file, 'not a database at all, but long enough to be read as one'.repeat(100));
  say(1);
  const second = start(root, file);
  await second.recorder.refresh();
  assert.deepEqual(second.now, ['1:1']);
  assert.match(second.condition.history.reason ?? '', /begins anew; the old file is kept as /);
  const aside = readdirSync(dirname(file)).find((name) => /\.corrupt-[^-]*-[^-]*-[^-]*-[^-]*-[^-]*Z$/.test(name));
  assert.ok(aside);
  assert.match(readFileSync(join(dirname(file), aside), 'utf8'), /not a database at all/);
});

test('a checkpoint that is none is damage: it is moved aside, and the log read again', async () => {
  for (const checkpoint of [
    '{',
    '{"version":2}',
    '{"version":1,"current":1,"generations":[{}],"gaps":0,"skipped":{}}',
  ]) {
    const { root, file, say } = newSwarm();
    say(1);
    const first = start(root, file);
    await first.recorder.refresh();
    first.recorder.history.db.prepare("UPDATE meta SET value = ? WHERE key = 'checkpoint'").run(checkpoint);
    await stop(first);
    const second = start(root, file);
    await second.recorder.refresh();
    assert.deepEqual(second.now, ['1:1'], checkpoint);
    assert.match(second.condition.history.reason ?? '', /begins anew/, checkpoint);
  }
});

test('a place that can not be written: memory, and the reason said', async () => {
  const { root, say } = newSwarm();
  const blocked = join(mkdtempSync(join(folder, 'blocked-')), 'file');
  writeFileSync(blocked, 'a file where a folder should be');
  say(1);
  const watched = start(root, join(blocked, 'history.sqlite'));
  await watched.recorder.refresh();
  assert.deepEqual(watched.now, ['1:1']);
  const { mode, state, reason } = watched.condition.history;
  assert.deepEqual([mode, state], ['memory', 'degraded']);
  assert.match(reason ?? '', /can't be used/);
});

test('a file removed under us is made again, and the log read again', async () => {
  const { root, file, say } = newSwarm();
  const watched = start(root, file);
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

test('without a file the history is bounded in memory, and that is no fault', async () => {
  const { root, say } = newSwarm();
  const watched = start(root, null, { days: 30, messages: 100 });
  say(...Array.from({ length: 3000 }, (_, n) => n + 1));
  await watched.recorder.refresh();
  await until(() => watched.recorder.history.summary(Date.now()).count === 100, 'it is pruned');
  assert.equal(watched.condition.history.state, 'ok');
  const gone = { epoch: watched.epoch, seq: 1, most: { messages: 10, bytes: 1_000 } };
  assert.throws(() => answerQuestion(watched.recorder.history, 'after', gone), {
    name: 'QueryRefused',
    code: 'gone_cursor',
  });
});

test('a backlog larger than one batch arrives whole; the largest event holds the newest', async () => {
  const { root, file, say } = newSwarm();
  const many = Array.from({ length: 20_000 }, (_, n) => n + 1);
  say(...many);
  const watched = start(root, file);
  await watched.recorder.refresh();
  const numbers = watched.recorder.history.after(0, 30_000).map(({ json }) => (JSON.parse(json) as { n: number }).n);
  assert.deepEqual(numbers, many);
  assert.equal(watched.now.at(-1), '20000:20000');
  const published = watched.events.flatMap((event) => (event.type === 'committed' ? event : []));
  assert.equal(
    published.reduce((sum, { count }) => sum + count, 0),
    20_000,
  );
  const meanwhile = published.slice(0, -1).map(({ messages }) => messages.length);
  assert.ok(meanwhile.length > 0 && Math.max(...meanwhile) <= 100, 'in the midst of it only the newest are told');
  assert.ok(watched.events.some(({ type }) => type === 'caught_up'));
});

test('changes are journaled once, across restarts too, and only by who records', async () => {
  const { root, file } = newSwarm();
  const entries = (watched: Watched) =>
    watched.recorder.history.db.prepare('SELECT kind, subject, body FROM journal ORDER BY id').all();
  const agents = (at: number, ...agents: [string, string][]): JournalUpdate => ({
    at,
    changed: agents.map(([id, body]) => ['agent', id, body]),
    complete: ['agent', 'lock'],
  });
  const now = Date.now();
  const first = start(root, file);
  const follower = start(root, file);
  first.recorder.record(agents(now + 1, ['agent-0', '{"health":"active"}']));
  follower.recorder.record(agents(now + 1, ['agent-9', '{}']));
  first.recorder.record(agents(now + 2, ['agent-0', '{"health":"active"}']));
  await stop(follower);
  await stop(first);
  const second = start(root, file);
  second.recorder.record(agents(now + 3, ['agent-0', '{"health":"active"}'], ['agent-1', '{"health":"stale"}']));
  second.recorder.record(agents(now + 4, ['agent-1', '{"health":"stale"}']));
  assert.deepEqual(entries(second), [
    { kind: 'agent', subject: 'agent-0', body: '{"health":"active"}' },
    { kind: 'agent', subject: 'agent-1', body: '{"health":"stale"}' },
    { kind: 'agent', subject: 'agent-0', body: null },
  ]);
});

test('open matters: a question ends with its answer; a restart, a follower and a memory know the same', async () => {
  const { root, file } = newSwarm();
  const say = (fields: object) =>
    appendFileSync(join(root, LOG_NAME), `${JSON.stringify({ timestamp: new Date().toISOString(), ...fields })}\n`);
  const openIds = (watched: Watched) => {
    const published = watched.events.findLast((event) => event.type === 'unresolved');
    return published?.type === 'unresolved' ? published.unresolved.questions.map(({ msgId }) => msgId) : null;
  };
  const question = { sender: 'a', recipients: ['b'], msg_type: 'QUESTION' };
  say({ ...question, content: 'one', msg_id: 'one' });
  say({ ...question, content: 'two', msg_id: 'two', recipients: ['c'] });
  say({ sender: 'b', recipients: ['a'], msg_type: 'INFO' });
  const first = start(root, file);
  const follower = start(root, file);
  await first.recorder.refresh();
  assert.deepEqual(openIds(first), ['two'], 'what is answered within one look was never open');
  await until(() => openIds(follower)?.join() === 'two', 'the follower knows');
  say({ ...question, content: 'three', msg_id: 'three' });
  await until(() => openIds(first)?.join() === 'two,three', 'the next one is told');
  await stop(follower);
  await stop(first);

  say({ sender: 'c', recipients: ['a'], msg_type: 'INFO' });
  const second = start(root, file);
  await second.recorder.refresh();
  assert.deepEqual(openIds(second), ['three']);
  const caughtUp = second.events.findIndex(({ type }) => type === 'caught_up');
  assert.ok(second.events.findIndex(({ type }) => type === 'unresolved') < caughtUp, 'the first state is whole');
  const inMemory = start(root, null);
  await inMemory.recorder.refresh();
  assert.deepEqual(openIds(inMemory), ['three']);
});
