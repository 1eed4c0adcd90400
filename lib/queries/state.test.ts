import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_AGENTS, NO_LOCKS, NO_TASKS } from '../contract/defaults';
import { examples } from '../contract/examples';
import { type PastState, pastState as pastStateSchema } from '../contract/past-schemas';
import { History } from '../history/history';
import { Journal } from '../history/journal';
import { SwarmJournal } from '../swarms/journal-feed';
import { pastState } from './state';

const NOW = Date.parse('2026-02-03T09:30:00Z');
const HOUR = 3_600_000;

function knownAt(history: History, at: number): PastState['known'] {
  return pastStateSchema.parse(JSON.parse(pastState(history, { at }))).known;
}

test('pastState(): only unrecorded moments are marked as unknown', () => {
  const history = new History(':memory:', { readTime: (time) => Date.parse(String(time)) * 1000 });
  const nothing = { agents: false, locks: false, messages: false, tasks: false };
  assert.deepEqual(knownAt(history, NOW), nothing);

  const all = { agents: true, locks: true, messages: true, tasks: true };
  const journal = new Journal(history.db, { aliveAt: null, reason: '', now: NOW });
  journal.record({
    at: NOW,
    complete: ['agent', 'lock', 'registry', 'source', 'server'],
    changed: [['server', 'dashboard', '{"at":0}']],
  });
  assert.deepEqual(knownAt(history, NOW - 1), nothing);
  assert.deepEqual(knownAt(history, NOW), { ...all, tasks: false }, 'there was nothing then');

  const fields = { sender: 'a', timestamp: new Date(NOW - HOUR).toISOString() };
  const later = { sender: 'a', timestamp: new Date(NOW + HOUR).toISOString() };
  const lines = [fields, later].map((one) => ({ text: JSON.stringify(one), fields: one }));
  history.append(lines, '{}', NOW);
  assert.deepEqual(knownAt(history, NOW - HOUR), { ...nothing, messages: true }, 'the log tells of a time before');
  assert.deepEqual(knownAt(history, NOW - HOUR - 1), nothing);

  history.prune({ days: 30, messages: 1 }, NOW, 10);
  assert.deepEqual(knownAt(history, NOW), { ...all, messages: false, tasks: false }, 'messages were dropped');
  assert.equal(knownAt(history, NOW + HOUR).messages, true);
});

test('pastState(): tasks are known where a version that knows them recorded, and no longer once an older one did', () => {
  const history = new History(':memory:');
  const journal = new Journal(history.db, { aliveAt: null, reason: '', now: NOW });
  const feed = new SwarmJournal((update) => journal.record(update));
  const agents = { ...NO_AGENTS, session_name: 'shop' };
  const publishAll = () => {
    feed.agents(agents);
    feed.locks(NO_LOCKS, () => false);
  };
  publishAll();
  feed.begin(NOW);
  const [task] = examples.tasks.tasks;
  assert.ok(task);
  const other = { ...task, key: 'task:b', id: 'b', history: [], priority: 'low' };
  feed.tasks({ ...examples.tasks, tasks: [task, other], left_off: 3 });
  feed.commit(NOW + 1000);
  const review = { ...task, status: 'review' };
  feed.tasks({ ...examples.tasks, tasks: [other, review] });
  feed.commit(NOW + 2000);
  feed.tasks({ ...examples.tasks, tasks: [review], file: { state: 'unreadable', reason: 'It is.', kept_from: null } });
  feed.commit(NOW + 3000);

  assert.deepEqual([knownAt(history, NOW).tasks, stateAt(history, NOW).tasks.tasks], [false, []]);
  const first = stateAt(history, NOW + 1000);
  assert.equal(first.known.tasks, true);
  assert.deepEqual(first.tasks, { tasks: [task, other], left_off: 3, file: examples.tasks.file });
  const statuses = (at: number) => stateAt(history, at).tasks.tasks.map(({ key, status }) => `${key} ${status}`);
  assert.deepEqual(statuses(NOW + 2000), [`${task.key} review`, 'task:b working']);
  assert.deepEqual(statuses(NOW + 3000), [`${task.key} review`]);
  assert.equal(stateAt(history, NOW + 3000).tasks.file?.state, 'unreadable');

  // A version that does not know tasks lists everything that it knows when it begins.
  const older = new Journal(history.db, { aliveAt: NOW + 4000, reason: '', now: NOW + 5000 });
  const dashboard = ['server', 'dashboard', '{"at":0}'] as const;
  older.record({ at: NOW + 5000, complete: ['agent', 'lock', 'registry', 'server'], changed: [dashboard] });
  assert.deepEqual([knownAt(history, NOW + 4000).tasks, knownAt(history, NOW + 5000).tasks], [true, false]);
  assert.deepEqual(stateAt(history, NOW + 5000).tasks, NO_TASKS);
});

function stateAt(history: History, at: number): PastState {
  return pastStateSchema.parse(JSON.parse(pastState(history, { at })));
}

test('pastState(): lists agents that left within the hour before the moment, newest first', () => {
  const history = new History(':memory:');
  const journal = new Journal(history.db, { aliveAt: null, reason: '', now: NOW });
  const left = (id: string, ms: number) => {
    const left_at = new Date(NOW + ms).toISOString().replace('Z', '+00:00');
    const body = { id, health: 'dead', health_reason: 'Its process is gone.', left_at, left_reason: 'It left.' };
    return ['registry', `departed\n${left_at}\n${id}`, JSON.stringify(body)] as const;
  };
  const header = JSON.stringify({ session_name: null, session_names: null, updated_at: null, last_seen: [] });
  journal.record({
    at: NOW,
    complete: ['agent', 'lock', 'registry'],
    changed: [['registry', 'header', header], left('agent-0', -HOUR + 1000), left('agent-1', 0)],
  });
  const idsAt = (at: number) => stateAt(history, at).agents.departed.map(({ id }) => id);
  assert.deepEqual(idsAt(NOW), ['agent-1', 'agent-0']);
  assert.deepEqual(idsAt(NOW + 1000), ['agent-1'], 'the hour of the first one is over, whether or not anybody looked');
  assert.deepEqual(stateAt(history, NOW - 1).agents.departed, []);
});

test('pastState(): lists the last message of each agent; retries and escalations do not count, nor as signs of life', () => {
  const history = new History(':memory:', { readTime: (time) => Date.parse(String(time)) * 1000 });
  const journal = new Journal(history.db, { aliveAt: null, reason: '', now: NOW });
  const agents = ['agent-0', 'agent-1', 'agent-2'];
  const header = { session_name: null, session_names: null, updated_at: null, last_seen: agents.map((id) => [id]) };
  journal.record({
    at: NOW,
    complete: ['agent', 'lock', 'registry'],
    changed: [
      ...agents.map((id) => ['agent', id, JSON.stringify({ id, health: 'active' })] as const),
      ['registry', 'header', JSON.stringify(header)],
    ],
  });
  const iso = (ms: number) => new Date(NOW + ms).toISOString().replace('Z', '+00:00');
  const say = (sender: string, content: string, ms: number) => {
    const fields = { sender, msg_type: 'INFO', recipients: ['all'], content, timestamp: iso(ms) };
    history.append([{ text: JSON.stringify(fields), fields }], '{}', NOW);
  };
  say('agent-0', 'Far before the newest.', -5 * HOUR);
  say('agent-2', '[RETRY-1] Ready?', -4 * HOUR);
  for (let n = 0; n < 80; n += 1) say('agent-1', `Word ${n}`, -2 * HOUR + n);
  say('agent-0', '[RETRY-1] Far before the newest.', -1000);
  say('agent-0', '[UNACKNOWLEDGED] Far before the newest.', -900);
  say('agent-0', 'Later than the moment.', HOUR);
  const said = stateAt(history, NOW).agents.agents.map((agent) => [
    agent.id,
    agent.last_message?.excerpt ?? null,
    ...[agent.last_spoke_at, agent.last_evidence_at].map((time) => time && Date.parse(time) - NOW),
  ]);
  assert.deepEqual(said, [
    ['agent-0', 'Far before the newest.', -5 * HOUR, -5 * HOUR],
    ['agent-1', 'Word 79', -2 * HOUR + 79, -2 * HOUR + 79],
    ['agent-2', null, null, null],
  ]);
});
