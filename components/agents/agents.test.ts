import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_AGENTS, UNKNOWN_AGENT_FACTS, UNKNOWN_LOCK_FACTS } from '@/lib/contract/defaults';
import type { Agent, AgentHealth, Lock, Message } from '@/lib/contract/schemas';
import {
  bySession,
  bySeverity,
  concerns,
  countAgents,
  findAgent,
  hasRegistered,
  locksByHolder,
  oneLine,
  sessionName,
} from './agents';

function agent(id: string, health: AgentHealth = 'active', fields: Partial<Agent> = {}): Agent {
  return { ...UNKNOWN_AGENT_FACTS, id, health, health_reason: 'Because.', last_evidence_at: null, ...fields };
}

function lock(agent_id: unknown, lock_file = `${agent_id}.lock`): Lock {
  return {
    ...UNKNOWN_LOCK_FACTS,
    lock_file,
    agent_id,
    acquired_at: null,
    stale: null,
    orphaned: null,
    conflicts_with: [],
    pattern: false,
    warnings: [],
  };
}

function message(seq: number, fields: Partial<Message> = {}): Message {
  return { seq, sent_at: null, ...fields };
}

const ids = (agents: readonly Agent[]) => agents.map(({ id }) => id);

test('bySeverity(): dead agents that hold locks come first, then each state by its weight, then by id', () => {
  const blocked = { blocked: { since: null, reason: 'It waits.', waits_for: ['agent-2'] } };
  const agents = [
    agent('agent-10'),
    agent('agent-9', 'dead'),
    agent('agent-2'),
    agent('agent-4', 'stale'),
    agent('agent-11', 'dead'),
    agent('agent-1', 'unknown'),
    agent('agent-7', 'active', blocked),
  ];
  const held = locksByHolder(['agent-10', 'agent-4', 'agent-11', 'agent-1'].map((id) => lock(id)));
  const order = ['agent-11', 'agent-9', 'agent-7', 'agent-4', 'agent-1', 'agent-2', 'agent-10'];
  assert.deepEqual(ids(bySeverity(agents, held)), order);
  assert.deepEqual(ids(bySeverity(agents.toReversed(), held)), order);
});

test('bySeverity() and bySession(): entries of one id keep the order of the registry', () => {
  const agents = [agent('a', 'active', { pid: 1 }), agent('a', 'active', { pid: 2 })];
  const pids = (list: readonly Agent[]) => list.map(({ pid }) => pid);
  assert.deepEqual(pids(bySeverity(agents, new Map())), [1, 2]);
  assert.deepEqual(
    bySession(agents).map((group) => pids(group.agents)),
    [[1, 2]],
  );
});

test('bySession(): the order within a session is by id, whatever the states and however the registry lists them', () => {
  const agents = [agent('agent-10', 'dead'), agent('agent-2', 'moved'), agent('agent-1', 'stale')];
  const ordered = (list: readonly Agent[]) => bySession(list).map((group) => ids(group.agents));
  assert.deepEqual(ordered(agents), [['agent-1', 'agent-2', 'agent-10']]);
  assert.deepEqual(ordered(agents.toReversed()), ordered(agents));
});

test('bySession(): teammates stand below their lead', () => {
  const agents = [agent('zoe', 'active', { lead: 'b' }), agent('b'), agent('c'), agent('al', 'active', { lead: 'b' })];
  assert.deepEqual(
    bySession(agents).map((group) => ids(group.agents)),
    [['b', 'al', 'zoe', 'c']],
  );
});

test('bySeverity(): whoever waits for a person comes first, then dead holders; idle and working come late', () => {
  const does = (state: Agent['activity']['state']): Partial<Agent> => ({
    activity: { state, since: null, reason: 'Because.', source: 'session' },
  });
  const agents = [
    agent('works', 'active', does('working')),
    agent('idles', 'active', does('idle')),
    agent('waits', 'active', does('waiting')),
    agent('dead', 'dead'),
  ];
  assert.deepEqual(ids(bySeverity(agents, locksByHolder([lock('dead')]))), ['waits', 'dead', 'idles', 'works']);
});

test('bySession(): sessions are groups in the order of their names, whatever their names are', () => {
  const agents = [
    agent('a', 'active', { session_name: 'main-10' }),
    agent('b'),
    agent('c', 'active', { session_name: 'main-2' }),
    agent('d', 'active', { session_name: 7 }),
    agent('e', 'active', { session_name: 'main-10' }),
  ];
  assert.deepEqual(
    bySession(agents).map(({ session, agents: members }) => [session, ids(members)]),
    [
      ['', ['b']],
      ['7', ['d']],
      ['main-2', ['c']],
      ['main-10', ['a', 'e']],
    ],
  );
});

test('sessionName(): the placeholder of the tool is not a session', () => {
  assert.deepEqual(['main', 'unknown', '', null].map(sessionName), ['main', '', '', '']);
});

test('bySeverity(): a moved entry comes last, whatever locks it has', () => {
  const agents = [agent('a', 'moved'), agent('b'), agent('c', 'dead')];
  assert.deepEqual(ids(bySeverity(agents, locksByHolder([lock('a')]))), ['c', 'b', 'a']);
});

test('countAgents(): the former entry of an agent that moved is not counted', () => {
  const agents = [agent('a', 'moved'), agent('b'), agent('c', 'dead')];
  assert.equal(countAgents(agents), 2);
  assert.equal(countAgents([]), 0);
});

test('findAgent(): searches the listed agents first, then those that left', () => {
  const left = { ...agent('gone'), left_at: '2026-02-03T08:00:00+00:00', left_reason: '' };
  const answer = { ...NO_AGENTS, agents: [agent('a')], departed: [left, { ...left, id: 'a' }] };
  assert.equal(findAgent(answer, 'a'), answer.agents[0]);
  assert.equal(findAgent(answer, 'gone'), left);
  assert.equal(findAgent(answer, 'b'), undefined);
});

test('concerns(): a message concerns its sender, its recipients and, if sent to all, every agent', () => {
  assert.ok(concerns(message(1, { sender: 'a', recipients: ['b'] }), 'a'));
  assert.ok(concerns(message(1, { sender: 'a', recipients: ['b'] }), 'b'));
  assert.ok(concerns(message(1, { sender: 'a', recipients: 'b' }), 'b'));
  assert.ok(concerns(message(1, { sender: 'a', recipients: ['all'] }), 'c'));
  assert.ok(!concerns(message(1, { sender: 'a', recipients: ['b'] }), 'c'));
  assert.ok(!concerns(message(1, { sender: { a: 1 }, recipients: { c: 1 } }), 'c'));
});

test('oneLine(): a text of many lines becomes one line', () => {
  assert.equal(oneLine('\n\n  first\n\tsecond  third '), 'first second third ');
  assert.equal(oneLine(undefined), '');
  assert.ok(oneLine('word '.repeat(1000)).length <= 240);
});

test('hasRegistered(): agents that only files of Claude Code list are no data of the registry', () => {
  const own = agent('own', 'active', { source: 'claude-code' });
  assert.equal(hasRegistered({ ...NO_AGENTS, agents: [own] }), false);
  assert.equal(hasRegistered({ ...NO_AGENTS, agents: [own, agent('a')] }), true);
});
