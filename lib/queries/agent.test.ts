import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentHistory } from '../contract/past-schemas';
import { History } from '../history/history';
import { Journal, type JournalUpdate } from '../history/journal';
import { agentHistory } from './agent';

test('agentHistory(): returns the newest entry, also after a clock rewind', () => {
  const history = new History(':memory:');
  const now = Date.parse('2026-02-03T09:30:00Z');
  const journal = new Journal(history.db, { aliveAt: null, reason: '', now });
  const changed = (status: string): JournalUpdate['changed'] => [
    ['agent', 'agent-0', JSON.stringify({ id: 'agent-0', status, health: 'dead' })],
    ['registry', 'header', JSON.stringify({ last_seen: [['agent-0']] })],
  ];
  journal.record({ at: now, complete: ['agent', 'lock', 'registry'], changed: changed('before') });
  journal.record({ at: now - 3_600_000, complete: [], changed: changed('after') });
  const answer = JSON.parse(agentHistory(history, { id: 'agent-0', limit: 10 }) ?? '') as AgentHistory;
  assert.equal(answer.agent?.status, 'after');
});

test('agentHistory(): a lock or a message from the future is not a sign of life', () => {
  const history = new History(':memory:', { readTime: (time) => Date.parse(String(time)) * 1000 });
  const now = Date.now();
  const ahead = new Date(now + 3_600_000).toISOString();
  const spoke = new Date(now - 60_000).toISOString();
  for (const timestamp of [spoke, ahead]) {
    const fields = { sender: 'agent-0', timestamp };
    history.append([{ text: JSON.stringify(fields), fields }], '{}', now);
  }
  const journal = new Journal(history.db, { aliveAt: null, reason: '', now });
  journal.record({
    at: now,
    complete: ['agent', 'lock', 'registry'],
    changed: [
      ['agent', 'agent-0', JSON.stringify({ id: 'agent-0', health: 'active' })],
      ['registry', 'header', JSON.stringify({ last_seen: [['agent-0']] })],
      [
        'lock',
        'a.lock',
        JSON.stringify({ lock_file: 'a.lock', agent_id: 'agent-0', filepath: 'a', acquired_at: ahead }),
      ],
    ],
  });
  const answer = JSON.parse(agentHistory(history, { id: 'agent-0', limit: 10 }) ?? '') as AgentHistory;
  assert.equal(answer.agent?.last_evidence_at, spoke.replace('Z', '+00:00'));
});

const START = Date.parse('2026-02-03T09:30:00Z');
const MINUTE = 60_000;
const at = (minutes: number) => new Date(START + minutes * MINUTE).toISOString().replace('Z', '+00:00');

type Body = Record<string, unknown>;

/** A journal that is refreshed once a second; longer gaps would be unknown time. */
function watched(first: Body | null) {
  const history = new History(':memory:');
  const journal = new Journal(history.db, { aliveAt: null, reason: '', now: START });
  const changed = (body: Body | null): JournalUpdate['changed'] => [
    ['agent', 'agent-1', body && JSON.stringify({ id: 'agent-1', health: 'active', ...body })],
  ];
  const header = ['registry', 'header', JSON.stringify({ last_seen: [['agent-1']] })] as const;
  journal.record({
    at: START,
    complete: ['agent', 'lock', 'registry'],
    changed: [header, ...(first ? changed(first) : [])],
  });
  let now = START;
  const refresh = (minutes: number, body: Body | null) => {
    for (; now < START + minutes * MINUTE; now += 1000) journal.refreshed(now);
    journal.record({ at: now, complete: [], changed: changed(body) });
  };
  const lives = () => (JSON.parse(agentHistory(history, { id: 'agent-1', limit: 10 }) ?? '') as AgentHistory).lives;
  return { history, refresh, lives };
}

const former = { pid: 40110, pane_index: 0, tmux_pane_id: '%1', life_began_at: null };
const newer = { pid: 41231, pane_index: 1, tmux_pane_id: '%2', life_began_at: at(2) };

test('agentHistory(): lives are listed newest first; the beginning of the oldest one is unknown', () => {
  const { refresh, lives } = watched(former);
  refresh(1, { ...former, health: 'stale' });
  refresh(2, newer);
  refresh(3, { ...newer, health: 'dead' });
  assert.deepEqual(lives(), [
    { life: `41231@%2#${at(2)}`, pid: 41231, pane_index: 1, tmux_pane_id: '%2', since: at(2), until: null },
    { life: '40110@%1', pid: 40110, pane_index: 0, tmux_pane_id: '%1', since: null, until: at(2) },
  ]);
  refresh(4, null);
  assert.deepEqual(
    lives().map(({ until }) => until),
    [at(4), at(2)],
  );
});

test('agentHistory(): an agent that appears while the registry is read has a known beginning', () => {
  const { refresh, lives } = watched(null);
  refresh(1, former);
  assert.deepEqual(
    lives().map(({ since, until }) => [since, until]),
    [[at(1), null]],
  );
});

test('agentHistory(): a life continues through unrecorded time; another life after it has an unknown beginning', () => {
  const { history, refresh, lives } = watched(former);
  refresh(1, { ...former, health: 'stale' });
  const again = (minutes: number, body: Body) => {
    const now = START + minutes * MINUTE;
    const journal = new Journal(history.db, { aliveAt: now - 30_000, reason: 'No dashboard ran.', now });
    const entry = JSON.stringify({ id: 'agent-1', health: 'active', ...body });
    journal.record({ at: now, complete: ['agent', 'lock', 'registry'], changed: [['agent', 'agent-1', entry]] });
  };
  again(2, former);
  assert.equal(lives().length, 1);
  again(3, { ...newer, life_began_at: null });
  assert.deepEqual(
    lives().map(({ pid, since, until }) => [pid, since, until]),
    [
      [41231, null, null],
      [40110, null, at(2.5)],
    ],
  );
});

test('agentHistory(): an id that the registry lists twice has two simultaneous lives', () => {
  const history = new History(':memory:');
  const journal = new Journal(history.db, { aliveAt: null, reason: '', now: START });
  const entry = (body: Body) => JSON.stringify({ id: 'agent-1', health: 'active', ...body });
  journal.record({
    at: START,
    complete: ['agent', 'lock', 'registry'],
    changed: [
      ['agent', 'agent-1', entry(former)],
      ['agent', 'agent-1\n2', entry(newer)],
    ],
  });
  journal.record({
    at: START + 1000,
    complete: [],
    changed: [['agent', 'agent-1', entry({ ...former, health: 'stale' })]],
  });
  const { lives } = JSON.parse(agentHistory(history, { id: 'agent-1', limit: 10 }) ?? '') as AgentHistory;
  assert.deepEqual(lives.map(({ pid, until }) => [pid, until]).sort(), [
    [40110, null],
    [41231, null],
  ]);
});

test('agentHistory(): at most 50 lives are listed', () => {
  const { refresh, lives } = watched(former);
  for (let n = 1; n <= 60; n += 1) refresh(n / 10, { ...former, pid: n });
  const [newest] = lives();
  assert.deepEqual([lives().length, newest?.pid], [50, 60]);
});
