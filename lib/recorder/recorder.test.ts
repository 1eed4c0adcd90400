import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { recorderTests, until, type WatchedRecorder } from '../../test/support/recorder-fixtures';
import type { JournalUpdate } from '../history/journal';
import { LOG_NAME } from '../sources/claudeswarm/message-log';
import { answerQuestion } from '../workers/answers';

const { newSwarm, start, stop } = recorderTests('recorder-');

test('refresh(): a restart continues after what was committed, under the same epoch', async () => {
  const { root, file, say } = newSwarm();
  say(1, 2);
  const first = start({ root, file });
  await first.recorder.refresh();
  const { epoch } = first;
  assert.deepEqual(first.now, ['1:1', '2:2']);
  await stop(first);
  say(3);
  const second = start({ root, file });
  await second.recorder.refresh();
  assert.equal(second.epoch, epoch);
  assert.deepEqual(second.now, ['1:1', '2:2', '3:3']);
});

test('refresh(): the newest message of each sender is published before `caught_up`', async () => {
  const { root, say, append } = newSwarm();
  // Of several batches the first ones are published before the rest is read.
  say(...Array.from({ length: 20_000 }, (_, n) => n + 1));
  append({ sender: 'agent-1', msg_type: 'INFO', timestamp: '2026-01-01T10:00:00', content: 'here' });
  const { events, recorder } = start({ root, file: null }, { now: () => Date.parse('2026-01-01T10:00:01Z') });
  await recorder.refresh();
  const caughtUp = events.findIndex(({ type }) => type === 'caught_up');
  const summary = events.slice(0, caughtUp).findLast(({ type }) => type === 'summary');
  assert.ok(summary?.type === 'summary');
  assert.deepEqual(
    summary.newestBySender.map(([sender]) => sender),
    ['agent-1'],
  );
});

test('heartbeat(): reads what is new, also during a run, and records until when the files were read', async () => {
  const { root, file, say } = newSwarm();
  const watched = start({ root, file });
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

test('heartbeat(): a clock rewind delays nothing', async () => {
  const { root, file, append } = newSwarm();
  let now = Date.now();
  const { events, recorder } = start({ root, file, alerts: [] }, { now: () => now });
  await recorder.heartbeat(null);
  now -= 3_600_000;
  events.length = 0;
  const timestamp = new Date(now).toISOString();
  append({ msg_id: 'q', msg_type: 'QUESTION', sender: 'a', recipients: ['b'], content: 'Well?', timestamp });
  await recorder.heartbeat(null);
  assert.deepEqual(
    events.flatMap((event) => {
      if (event.type === 'summary') return [event.summary.count];
      return event.type === 'unresolved' ? [event.unresolved.questions.length] : [];
    }),
    [1, 1],
  );
});

test('refresh(): a swarm that writes faster than once a second does not outgrow its retention', async () => {
  const { root, file, say } = newSwarm();
  const watched = start({ root, file, retention: { days: 30, messages: 1000 } });
  say(...Array.from({ length: 20_000 }, (_, n) => n + 1));
  await watched.recorder.refresh();
  assert.ok(watched.recorder.history.summary(Date.now()).count <= 3000, 'kept in step while reading');
});

test('refresh(): a line nested too deeply to be encoded is skipped alone', async () => {
  const { root, file, say } = newSwarm();
  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  say(1);
  appendFileSync(
    join(root, LOG_NAME),
    `{"seq": 1, "task": ${deep(20_000)}}\n{"task": ${deep(20_000)}}\n{"n": 2, "task": ${deep(300)}}\n`,
  );
  say(3);
  const watched = start({ root, file });
  await watched.recorder.refresh();
  assert.deepEqual(watched.now, ['1:1', '2:2', '3:3']);
  assert.deepEqual(
    watched.condition.log.skipped.map(({ reason, count }) => [reason, count]),
    [['nested too deeply', 2]],
  );
});

test('Recorder: without a file the history is bounded in memory, which is not a fault', async () => {
  const { root, say } = newSwarm();
  const watched = start({ root, file: null, retention: { days: 30, messages: 100 } });
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

test('refresh(): a backlog larger than one batch is recorded whole; the last event contains the newest messages', async () => {
  const { root, file, say } = newSwarm();
  const many = Array.from({ length: 20_000 }, (_, n) => n + 1);
  say(...many);
  const watched = start({ root, file });
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
  assert.ok(meanwhile.length > 0 && Math.max(...meanwhile) <= 100, 'between batches only the newest are published');
  assert.ok(watched.events.some(({ type }) => type === 'caught_up'));
});

test('record(): changes are journaled once, across restarts too, and only by the recording process', async () => {
  const { root, file } = newSwarm();
  const entries = (watched: WatchedRecorder) =>
    watched.recorder.history.db.prepare('SELECT kind, subject, body FROM journal ORDER BY id').all();
  const agents = (at: number, ...agents: [string, string][]): JournalUpdate => ({
    at,
    changed: agents.map(([id, body]) => ['agent', id, body]),
    complete: ['agent', 'lock'],
  });
  const now = Date.now();
  const first = start({ root, file });
  const follower = start({ root, file });
  first.recorder.record(agents(now + 1, ['agent-0', '{"health":"active"}']));
  follower.recorder.record(agents(now + 1, ['agent-9', '{}']));
  first.recorder.record(agents(now + 2, ['agent-0', '{"health":"active"}']));
  await stop(follower);
  await stop(first);
  const second = start({ root, file });
  second.recorder.record(agents(now + 3, ['agent-0', '{"health":"active"}'], ['agent-1', '{"health":"stale"}']));
  second.recorder.record(agents(now + 4, ['agent-1', '{"health":"stale"}']));
  assert.deepEqual(entries(second), [
    { kind: 'agent', subject: 'agent-0', body: '{"health":"active"}' },
    { kind: 'agent', subject: 'agent-1', body: '{"health":"stale"}' },
    { kind: 'agent', subject: 'agent-0', body: null },
  ]);
});

test('refresh(): a question ends with its answer; a restart, a follower and memory know the same', async () => {
  const { root, file, append } = newSwarm();
  const say = (fields: object) => append({ timestamp: new Date().toISOString(), ...fields });
  const openIds = (watched: WatchedRecorder) => {
    const published = watched.events.findLast((event) => event.type === 'unresolved');
    return published?.type === 'unresolved' ? published.unresolved.questions.map(({ msgId }) => msgId) : null;
  };
  const question = { sender: 'a', recipients: ['b'], msg_type: 'QUESTION' };
  say({ ...question, content: 'one', msg_id: 'one' });
  say({ ...question, content: 'two', msg_id: 'two', recipients: ['c'] });
  say({ sender: 'b', recipients: ['a'], msg_type: 'INFO' });
  const first = start({ root, file });
  const follower = start({ root, file });
  await first.recorder.refresh();
  assert.deepEqual(openIds(first), ['two'], 'a question answered within one run was never open');
  await until(() => openIds(follower)?.join() === 'two', 'the follower knows');
  say({ ...question, content: 'three', msg_id: 'three' });
  await until(() => openIds(first)?.join() === 'two,three', 'the next one is published');
  await stop(follower);
  await stop(first);

  say({ sender: 'c', recipients: ['a'], msg_type: 'INFO' });
  const second = start({ root, file });
  await second.recorder.refresh();
  assert.deepEqual(openIds(second), ['three']);
  const caughtUp = second.events.findIndex(({ type }) => type === 'caught_up');
  assert.ok(second.events.findIndex(({ type }) => type === 'unresolved') < caughtUp, 'the first state is whole');
  const inMemory = start({ root, file: null });
  await inMemory.recorder.refresh();
  assert.deepEqual(openIds(inMemory), ['three']);
});
