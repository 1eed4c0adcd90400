import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { recorderTests } from '../../test/support/recorder-fixtures';
import { History } from '../history/history';
import { LOG_NAME } from '../sources/claudeswarm/message-log';
import { committedCheckpoint } from './checkpoint';
import { LogRecorder } from './log-recorder';
import { RetentionClock } from './retention-clock';

const { newSwarm } = recorderTests('log-recorder-');

const clock = new RetentionClock(null, Date.now(), () => 0);

/** Reads everything. @returns the `n` of each committed message */
function readAll(log: LogRecorder): unknown[] {
  const numbers: unknown[] = [];
  for (let more = true; more; ) {
    const batch = log.readOn(clock);
    assert.ok(batch !== 'superseded');
    numbers.push(...batch.fields.map(({ n }) => n));
    assert.equal(batch.kept.length, batch.fields.length);
    more = batch.more;
  }
  return numbers;
}

function newLog(root: string, history = new History(':memory:')) {
  const log = new LogRecorder(root, Date.now);
  log.record(history, committedCheckpoint(history));
  return { log, history };
}

test('readOn(): commits each line once, also when another recorder continues', () => {
  const { root, say } = newSwarm();
  say(1, 2);
  const { log, history } = newLog(root);
  assert.equal(log.isRecording, true);
  assert.deepEqual([readAll(log), readAll(log)], [[1, 2], []]);
  say(3);
  log.close();
  assert.equal(log.isRecording, false);
  const next = newLog(root, history);
  assert.deepEqual(readAll(next.log), [3]);
  assert.equal(history.head(), 3);
  next.log.close();
});

test('readOn(): commits nothing once another process has recorded', () => {
  const { root, say } = newSwarm();
  const { log, history } = newLog(root);
  readAll(log);
  history.append([{ text: '{"n":9}', fields: { n: 9 } }], '{"of":"another"}', Date.now());
  say(1);
  assert.equal(log.readOn(clock), 'superseded');
  assert.equal(history.head(), 1);
  log.close();
});

test('readOn(): after a failed commit the same lines are committed by the next recorder', () => {
  const { root, say } = newSwarm();
  say(1);
  const { log, history } = newLog(root);
  readAll(log);
  say(2, 3);
  history.db.exec("CREATE TRIGGER refuse BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'no'); END");
  assert.throws(() => log.readOn(clock), /no/);
  assert.equal(history.head(), 1);
  history.db.exec('DROP TRIGGER refuse');
  log.record(history, committedCheckpoint(history));
  assert.deepEqual(readAll(log), [2, 3]);
  log.close();
});

test('follow(): reads nothing, and counts losses from before as no news', () => {
  const { root, say } = newSwarm();
  say(1);
  const { log, history } = newLog(root);
  readAll(log);
  const checkpoint = committedCheckpoint(history);
  assert.ok(checkpoint);
  log.follow(history, { ...checkpoint, gaps: 2 });
  say(2);
  assert.deepEqual(log.readOn(clock), { kept: [], fields: [], more: false });
  assert.deepEqual([log.isRecording, log.settlesAt, log.condition().state], [false, Number.POSITIVE_INFINITY, 'ok']);
});

test('condition(): a log that cannot be read is reported until it can be read again', () => {
  const { root } = newSwarm();
  const { log } = newLog(root);
  readAll(log);
  assert.equal(log.condition().state, 'missing');
  mkdirSync(join(root, LOG_NAME));
  readAll(log);
  assert.equal(log.condition().state, 'unreadable');
  rmSync(join(root, LOG_NAME), { recursive: true });
  writeFileSync(join(root, LOG_NAME), '{"n": 1}\n');
  assert.deepEqual(readAll(log), [1]);
  assert.equal(log.condition().state, 'ok');
  log.close();
});
