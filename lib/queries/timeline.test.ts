import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionRecord } from '../../test/support/action-records';
import { type TalkAnswer, type TimelineAnswer, talkAnswer, timelineAnswer } from '../contract/past-schemas';
import { Actions } from '../history/actions';
import { History } from '../history/history';
import { Journal } from '../history/journal';
import { Spans } from '../history/spans';
import type { OpenQuestion } from '../rules/unresolved-messages';
import { readMicroseconds } from '../sources/claudeswarm/naive-time';
import { answerQuestion } from '../workers/answers';
import type { Questions } from './questions';

const NOW = Date.parse('2026-02-03T09:30:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const at = (ms: number) => new Date(NOW + ms).toISOString().replace('Z', '+00:00');

function emptyHistory(): History {
  return new History(':memory:', { readTime: (text) => readMicroseconds(text, 'UTC') });
}

function say(history: History, said: readonly { ms: number; from: string; to: string[]; type?: string }[]): void {
  const lines = said.map(({ ms, from, to, type = 'INFO' }) => {
    const fields = { sender: from, recipients: to, msg_type: type, timestamp: at(ms) };
    return { text: JSON.stringify(fields), fields };
  });
  history.append(lines, '{}', NOW);
}

/** Records a lock that is held from one moment to another, or until the end of the test. */
function hold(history: History, agent: string, path: string, since: number, until: number | null): void {
  const spans = new Spans(history.db);
  const name = `${path}-${since}.lock`;
  spans.become('lock', name, { agent, path, value: 'held', detail: null }, NOW + since);
  if (until !== null) spans.end('lock', name, NOW + until, 'released');
}

function be(history: History, agent: string, health: string, since: number): void {
  new Spans(history.db).become('health', agent, { agent, path: '', value: health, detail: null }, NOW + since);
}

function timelineOf(history: History, query: Partial<Questions['timeline']['query']> = {}): TimelineAnswer {
  const asked = { since: NOW - HOUR, until: NOW, steps: 60, ...query };
  return timelineAnswer.parse(JSON.parse(answerQuestion(history, 'timeline', asked)));
}

function askTalk(history: History, open?: readonly OpenQuestion[]): TalkAnswer {
  const unresolved = open && { open: { epoch: history.epoch, questions: [...open] } };
  const asked = { since: NOW - HOUR, until: NOW, ...unresolved };
  return talkAnswer.parse(JSON.parse(answerQuestion(history, 'talk', asked)));
}

test('timeline(): lanes are the agents that were registered, held locks or sent messages, in natural order', () => {
  const history = emptyHistory();
  be(history, 'agent-10', 'active', -2 * HOUR);
  hold(history, 'agent-2', 'a.ts', -90 * MINUTE, -HOUR);
  hold(history, 'agent-3', 'b.ts', -90 * MINUTE, -HOUR - 1);
  say(history, [
    { ms: -10 * MINUTE, from: 'agent-1', to: ['agent-9'] },
    { ms: -61 * MINUTE, from: 'agent-8', to: ['agent-1'] },
  ]);
  assert.deepEqual(timelineOf(history).agents, ['agent-1', 'agent-2', 'agent-10']);
  const own = timelineOf(history, { agent: 'agent-10' });
  assert.deepEqual([own.agents, own.locks, own.messages], [['agent-10'], [], []]);
});

test('timeline(): spans have their real times, also outside of the range and while they continue', () => {
  const history = emptyHistory();
  be(history, 'agent-1', 'active', -3 * HOUR);
  be(history, 'agent-1', 'stale', -30 * MINUTE);
  hold(history, 'agent-1', 'a.ts', -2 * HOUR, null);
  const { health, locks, totals } = timelineOf(history);
  assert.deepEqual(health, [
    { agent: 'agent-1', life: '', health: 'active', since: at(-3 * HOUR), until: at(-30 * MINUTE) },
    { agent: 'agent-1', life: '', health: 'stale', since: at(-30 * MINUTE), until: null },
  ]);
  assert.deepEqual(
    locks.map(({ since, until, count, filepath }) => [since, until, count, filepath]),
    [[at(-2 * HOUR), null, 1, 'a.ts']],
  );
  assert.deepEqual(totals, { messages: 0, lock_spans: 1, health_spans: 2 });
});

test('timeline(): the health of two lives is never merged, however short they are', () => {
  const history = emptyHistory();
  const spans = new Spans(history.db);
  const live = (life: string, since: number) =>
    spans.become('health', 'agent-1', { agent: 'agent-1', path: life, value: 'active', detail: null }, NOW + since);
  const lives = ['1@%1', '2@%1', '2@%1#then'];
  for (const [index, life] of lives.entries()) live(life, -20 * MINUTE + index * 10);
  live('', -10 * MINUTE);
  const { health } = timelineOf(history, { since: NOW - 30 * 24 * HOUR, steps: 10 });
  assert.deepEqual(
    health.map(({ life }) => life),
    [...lives, ''],
  );
});

/** Journals the tasks that are listed at moments; each has its status and its agent. */
function listTasks(history: History, times: readonly [ms: number, tasks: Record<string, [string, string | null]>][]) {
  const journal = new Journal(history.db, { aliveAt: null, reason: '', now: NOW - 2 * HOUR });
  for (const [ms, tasks] of times) {
    const changed = Object.entries(tasks).map(([id, [status, assigned_to]]) => {
      const body = JSON.stringify({ objective: `Do ${id}`, status, assigned_to });
      return ['task', `task:${id}`, body] as const;
    });
    journal.record({ at: NOW + ms, changed, complete: ['task'] });
  }
}

test('timeline(): a changed task is a mark of the agent that it is assigned to; one of nobody is on the first page', () => {
  const history = emptyHistory();
  listTasks(history, [
    [-90 * MINUTE, { a: ['pending', null], b: ['working', 'agent-2'] }],
    [-50 * MINUTE, { a: ['pending', null], b: ['review', 'agent-2'] }],
    [-40 * MINUTE, { a: ['assigned', 'agent-1'], b: ['review', 'agent-2'] }],
    [-30 * MINUTE, { b: ['review', 'agent-2'] }],
  ]);
  const { tasks, agents } = timelineOf(history);
  const mark = (ms: number, fields: object) => ({ at: at(ms), last_at: at(ms), count: 1, listed: true, ...fields });
  const [a, b] = [
    { key: 'task:a', objective: 'Do a' },
    { key: 'task:b', objective: 'Do b' },
  ];
  assert.deepEqual(tasks, [
    mark(-50 * MINUTE, { ...b, agent: 'agent-2', status: 'review' }),
    mark(-40 * MINUTE, { ...a, agent: 'agent-1', status: 'assigned' }),
    mark(-30 * MINUTE, { key: 'task:a', objective: '', agent: '', status: null, listed: false }),
  ]);
  assert.deepEqual(agents, ['agent-1', 'agent-2']);
  const keys = (query: object) => timelineOf(history, query).tasks.map(({ key, listed }) => [key, listed]);
  assert.deepEqual(keys({ agent: 'agent-2' }), [['task:b', true]]);
  assert.deepEqual(keys({ after: 'agent-1' }), [['task:b', true]]);
  assert.equal(keys({ since: NOW - 2 * HOUR }).length, 5, 'the first listing counts');
});

test('timeline(): many changes of tasks are merged, and the first and the last of each mark stay exact', () => {
  const history = emptyHistory();
  const many = (ms: number, status: string): [number, Record<string, [string, string | null]>] => [
    ms,
    Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`${n}`, [status, 'agent-1']])),
  ];
  listTasks(history, [many(-55 * MINUTE, 'assigned'), many(-54 * MINUTE, 'working'), many(-5 * MINUTE, 'completed')]);
  const { tasks } = timelineOf(history, { steps: 3600 });
  assert.ok(tasks.length <= 2000, `${tasks.length} marks`);
  assert.equal(
    tasks.reduce((sum, { count }) => sum + count, 0),
    2700,
  );
  assert.deepEqual([tasks[0]?.at, tasks.at(-1)?.last_at], [at(-55 * MINUTE), at(-5 * MINUTE)]);
  listTasks(history, [
    [-3 * MINUTE, Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`x${n}`, ['pending', null]]))],
  ]);
  const more = timelineOf(history, { steps: 3600 }).tasks;
  assert.ok(more.length <= 2000, `${more.length} marks`);
  assert.equal(
    more.reduce((sum, { count }) => sum + count, 0),
    2700 + 3000 + 900,
  );
});

test('timeline(): locks shorter than a step are merged per agent; longer ones are not', () => {
  const history = emptyHistory();
  for (let n = 0; n < 10; n += 1)
    hold(history, 'agent-1', `${n}.ts`, -20 * MINUTE + n * 1000, -20 * MINUTE + n * 1000 + 500);
  hold(history, 'agent-2', 'other.ts', -20 * MINUTE, -20 * MINUTE + 500);
  hold(history, 'agent-1', 'long.ts', -20 * MINUTE, -15 * MINUTE);
  hold(history, 'agent-1', 'longer.ts', -20 * MINUTE, -15 * MINUTE);
  const { locks, totals, step_ms } = timelineOf(history);
  const bars = locks.map(({ agent, filepath, count }) => [agent, filepath, count]);
  assert.deepEqual(bars.sort(), [
    ['agent-1', '0.ts', 10],
    ['agent-1', 'long.ts', 1],
    ['agent-1', 'longer.ts', 1],
    ['agent-2', 'other.ts', 1],
  ]);
  assert.equal(totals.lock_spans, 13);
  assert.equal(step_ms, MINUTE);
});

test('timeline(): too many elements are merged, which the answer states; totals stay exact', () => {
  const history = emptyHistory();
  history.db.transaction(() => {
    for (let n = 0; n < 4000; n += 1)
      hold(history, `agent-${n % 5}`, `${n}.ts`, -HOUR + n * 800, -HOUR + n * 800 + 90_000);
  })();
  say(
    history,
    Array.from({ length: 30_000 }, (_, n) => ({
      ms: -HOUR + n * 100,
      from: `agent-${n % 40}`,
      to: ['all'],
      type: `T${n % 9}`,
    })),
  );
  const { locks, messages, totals, step_ms, message_step_ms } = timelineOf(history, { steps: 600 });
  assert.ok(locks.length <= 2000, `${locks.length} bars`);
  assert.ok(messages.length <= 10_000, `${messages.length} ticks`);
  assert.ok(step_ms > 6000);
  assert.ok(message_step_ms > 6000);
  assert.deepEqual(totals, { messages: 30_000, lock_spans: 4000, health_spans: 0 });
  const sum = (list: readonly { count: number }[]) => list.reduce((total, { count }) => total + count, 0);
  assert.deepEqual([sum(messages), sum(locks)], [30_000, 4000]);
});

test('timeline(): pages of lanes contain each lane once', () => {
  const history = emptyHistory();
  say(
    history,
    Array.from({ length: 450 }, (_, n) => ({ ms: -1000 - n, from: `agent-${n}`, to: ['agent-0'] })),
  );
  const lanes: string[] = [];
  let after: string | undefined;
  do {
    const { agents, messages, next_agent, totals } = timelineOf(history, after === undefined ? {} : { after });
    assert.deepEqual(new Set(messages.map(({ sender }) => sender)), new Set(agents));
    assert.equal(totals.messages, 450);
    lanes.push(...agents);
    after = next_agent ?? undefined;
  } while (after !== undefined);
  assert.deepEqual(
    lanes,
    Array.from({ length: 450 }, (_, n) => `agent-${n}`),
  );
});

test('timeline(): a tick has the number of its first message', () => {
  const history = emptyHistory();
  const [early, late] = [-10 * MINUTE + 1000, -10 * MINUTE + 2000];
  say(history, [
    { ms: late, from: 'agent-1', to: ['agent-3'] },
    { ms: early, from: 'agent-1', to: ['agent-2', 'all'] },
    { ms: -5 * MINUTE, from: 'agent-1', to: [] },
  ]);
  const { messages, first_message_at } = timelineOf(history);
  const tick = { sender: 'agent-1', type: 'INFO' };
  assert.deepEqual(messages, [
    { ...tick, at: at(early), count: 2, cursor: `${history.epoch}.2`, recipients: ['agent-2', 'all'] },
    { ...tick, at: at(-5 * MINUTE), count: 1, cursor: `${history.epoch}.3`, recipients: [] },
  ]);
  assert.equal(first_message_at, at(early));
});

test('timeline(): unrecorded time is marked, and everything before the first record', () => {
  const history = emptyHistory();
  new Spans(history.db).addUnknown('everything', 'The server was not running.', NOW - 20 * MINUTE, NOW - 10 * MINUTE);
  history.db.prepare('INSERT INTO snapshots VALUES (1, ?, ?)').run(NOW - 40 * MINUTE, '{}');
  const { unknown, known_since } = timelineOf(history);
  assert.equal(known_since, at(-40 * MINUTE));
  assert.deepEqual(
    unknown.map(({ since, until, about }) => [since, until, about]),
    [
      [null, at(-40 * MINUTE), 'everything'],
      [at(-20 * MINUTE), at(-10 * MINUTE), 'everything'],
    ],
  );
  assert.equal(timelineOf(history, { since: NOW - 30 * MINUTE }).unknown.length, 1);
});

test('talk(): lists the busiest pairs first, with unanswered questions', () => {
  const history = emptyHistory();
  say(history, [
    { ms: -1000, from: 'agent-1', to: ['agent-2'], type: 'QUESTION' },
    { ms: -900, from: 'agent-1', to: ['agent-2', 'agent-3'] },
    { ms: -800, from: 'agent-2', to: ['all'], type: 'ACK' },
    { ms: -2 * HOUR, from: 'agent-9', to: ['agent-2'] },
  ]);
  const question = { type: 'QUESTION', msgId: null, sender: 'agent-1', text: '?', recipients: ['agent-2'] } as const;
  const asked = { ...question, recipients: ['agent-2'], at: NOW - 1000, seqs: [1], askedBack: null };
  const { pairs, count } = askTalk(history, [
    asked,
    { ...asked, at: NOW - 2 * HOUR, seqs: [9] },
    { ...asked, sender: 'agent-2', recipients: [], at: NOW - 800, seqs: [3] },
  ]);
  const none = { unanswered: 0, first_unanswered: null };
  assert.equal(count, 3);
  assert.deepEqual(pairs, [
    {
      sender: 'agent-1',
      recipient: 'agent-2',
      count: 2,
      types: { QUESTION: 1, INFO: 1 },
      unanswered: 1,
      first_unanswered: `${history.epoch}.1`,
    },
    { sender: 'agent-1', recipient: 'agent-3', count: 1, types: { INFO: 1 }, ...none },
    {
      sender: 'agent-2',
      recipient: 'all',
      count: 1,
      types: { ACK: 1 },
      unanswered: 1,
      first_unanswered: `${history.epoch}.3`,
    },
  ]);
  assert.ok(askTalk(history).pairs.every(({ unanswered }) => unanswered === 0));
});

test('agentHistory(): lists the recipients and the senders of messages', () => {
  const history = emptyHistory();
  say(history, [
    { ms: -1000, from: 'agent-1', to: ['agent-2', 'agent-3'] },
    { ms: -900, from: 'agent-2', to: ['agent-1', 'agent-3'], type: 'ACK' },
    { ms: -800, from: 'agent-2', to: ['agent-3'] },
  ]);
  const answer = answerQuestion(history, 'agent_history', { id: 'agent-1', limit: 10 });
  const { messages, talks_with } = JSON.parse(answer ?? '');
  assert.deepEqual(messages, { sent: { INFO: 1 }, received: { ACK: 1 } });
  assert.deepEqual(talks_with, [
    { agent: 'agent-2', sent: 1, received: 1 },
    { agent: 'agent-3', sent: 1, received: 0 },
  ]);
});

test('timeline(): locks that are older than the record are given from the times in their files', () => {
  const history = emptyHistory();
  const journal = new Journal(history.db, { aliveAt: null, reason: 'No dashboard was running.', now: NOW });
  const lock = (name: string, agent_id: unknown, acquired_at: string | null) =>
    ['lock', name, JSON.stringify({ agent_id, filepath: `src/${name}`, acquired_at })] as const;
  journal.record({
    at: NOW - 10 * MINUTE,
    changed: [
      lock('younger', 'agent-2', at(-20 * MINUTE)),
      lock('older', 'agent-1', at(-50 * MINUTE)),
      lock('later', 'agent-1', at(-5 * MINUTE)),
      lock('unreadable', 'agent-1', null),
    ],
    complete: ['lock', 'agent', 'registry'],
  });
  const { earlier_locks, agents, known_since } = timelineOf(history);
  assert.equal(known_since, at(-10 * MINUTE));
  assert.deepEqual(earlier_locks, [
    { agent: 'agent-1', lock_file: 'older', filepath: 'src/older', since: at(-50 * MINUTE), until: at(-10 * MINUTE) },
    {
      agent: 'agent-2',
      lock_file: 'younger',
      filepath: 'src/younger',
      since: at(-20 * MINUTE),
      until: at(-10 * MINUTE),
    },
  ]);
  assert.deepEqual(agents, ['agent-1', 'agent-2']);
  // A span that ends before recording began has the lanes of these locks all the same.
  const before = timelineOf(history, { until: NOW - 30 * MINUTE });
  assert.deepEqual([before.agents, before.earlier_locks.length], [['agent-1'], 1]);
  assert.deepEqual(timelineOf(history, { since: NOW - 9 * MINUTE }).earlier_locks, []);
  assert.deepEqual(
    timelineOf(history, { agent: 'agent-2' }).earlier_locks.map(({ lock_file }) => lock_file),
    ['younger'],
  );
});

test('timeline(): commands about agents are marks in their lanes; those about no agent have none', () => {
  const history = emptyHistory();
  const actions = new Actions(history.db, 'p');
  const did = (ms: number, agentId: string | null, outcome = 'released') =>
    actions.end(actionRecord({ at: NOW + ms, agentId, outcome, target: 'src/a.ts' }));
  did(-2 * HOUR, 'agent-9');
  did(-10 * MINUTE, 'agent-2', 'refused');
  did(-10 * MINUTE + 10_000, 'agent-2');
  did(-5 * MINUTE, null);
  did(-2 * MINUTE, 'agent-3');
  const { agents, actions: marks } = timelineOf(history);
  assert.deepEqual(agents, ['agent-2', 'agent-3']);
  assert.deepEqual(marks, [
    {
      ...{ agent: 'agent-2', action: 'release_lock', at: at(-10 * MINUTE), count: 2, cursor: `${history.epoch}.2` },
      ...{ principal: 'ada', target: 'src/a.ts', outcome: 'refused' },
    },
    {
      ...{ agent: 'agent-3', action: 'release_lock', at: at(-2 * MINUTE), count: 1, cursor: `${history.epoch}.5` },
      ...{ principal: 'ada', target: 'src/a.ts', outcome: 'released' },
    },
  ]);
  assert.deepEqual(
    timelineOf(history, { agent: 'agent-3' }).actions.map(({ agent }) => agent),
    ['agent-3'],
  );
});

test('timeline(): many commands are merged into a bounded number of marks, which count all of them', () => {
  const history = emptyHistory();
  const actions = new Actions(history.db, 'p');
  history.db.transaction(() => {
    for (let n = 0; n < 9000; n += 1) {
      const { run } = actionRecord();
      const values = [run, NOW - n * 390, `agent-${n % 3}`];
      history.db
        .prepare(
          `INSERT INTO actions (run, process, at, principal, client, action, agent, request, outcome)
           VALUES (?, '', ?, 'ada', '', 'send_message', ?, 'null', 'sent')`,
        )
        .run(...values);
    }
  })();
  assert.equal(actions.start(actionRecord({ at: NOW, agentId: 'agent-0' })), null);
  const { actions: marks } = timelineOf(history, { steps: 2000 });
  assert.ok(marks.length <= 2000, `${marks.length}`);
  assert.equal(
    marks.reduce((sum, { count }) => sum + count, 0),
    9001,
  );
});
