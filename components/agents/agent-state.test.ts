import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNKNOWN_AGENT_FACTS } from '@/lib/contract/defaults';
import type { Agent, AgentHealth } from '@/lib/contract/schemas';
import { agentState, countStates, STATE_WORDS, stateNamed } from './agent-state';

const HEALTHS: readonly AgentHealth[] = ['active', 'stale', 'dead', 'moved', 'unknown'];
const BLOCK = { since: null, reason: 'It waits for agent-1.', waits_for: ['agent-1'] };
const SUSPENDED = { state: 'suspended', claude_pid: 7, started_at: null, seen_at: null } as const;

function agent(health: AgentHealth, fields: Partial<Agent> = {}): Agent {
  return { ...UNKNOWN_AGENT_FACTS, id: 'a', health, health_reason: 'Because.', last_evidence_at: null, ...fields };
}

const words = (fields: Partial<Agent>) => HEALTHS.map((health) => agentState(agent(health, fields)).word);

test('agentState(): an agent whose activity is not known is running, never active', () => {
  assert.deepEqual(words({}), ['running', 'stale', 'dead', 'moved', 'unknown']);
  assert.deepEqual(agentState(agent('active')), { word: 'running', tone: 'good', evidence: 'Because.' });
});

test('agentState(): an agent that said it is blocked is blocked, unless it is dead, moved or suspended', () => {
  assert.deepEqual(words({ blocked: BLOCK }), ['blocked', 'blocked', 'dead', 'moved', 'blocked']);
  assert.equal(agentState(agent('stale', { blocked: BLOCK })).evidence, BLOCK.reason);
  assert.equal(agentState(agent('dead', { blocked: BLOCK })).evidence, 'Because.');
  assert.deepEqual(words({ blocked: BLOCK, process: SUSPENDED }), [
    'suspended',
    'suspended',
    'dead',
    'moved',
    'suspended',
  ]);
});

test('agentState(): a known activity is the word, unless it is dead, moved, suspended or blocked', () => {
  const doing = (state: Agent['activity']['state']) => ({
    activity: { state, since: null, reason: 'It says so.', source: 'session' as const },
  });
  assert.deepEqual(words(doing('working')), ['working', 'working', 'dead', 'moved', 'working']);
  assert.equal(agentState(agent('active', doing('idle'))).evidence, 'It says so.');
  assert.equal(agentState(agent('active', { ...doing('working'), blocked: BLOCK })).word, 'blocked');
  assert.equal(agentState(agent('active', { ...doing('waiting'), blocked: BLOCK })).word, 'waiting');
  assert.equal(agentState(agent('active', { ...doing('waiting'), process: SUSPENDED })).word, 'suspended');
});

test('countStates(): each state that occurs, in a fixed order, and the one that is asked for', () => {
  const agents = [agent('dead'), agent('moved'), agent('active'), agent('active', { blocked: BLOCK }), agent('active')];
  const counted = [
    { word: 'running', count: 2 },
    { word: 'blocked', count: 1 },
    { word: 'dead', count: 1 },
    { word: 'moved', count: 1 },
  ];
  assert.deepEqual(countStates(agents), counted);
  assert.deepEqual(countStates(agents, 'dead'), counted);
  assert.deepEqual(countStates([], 'stale'), [{ word: 'stale', count: 0 }]);
});

test('stateNamed(): only a state word is one', () => {
  for (const word of STATE_WORDS) assert.equal(stateNamed(word), word);
  for (const name of [null, '', 'active', 'Running']) assert.equal(stateNamed(name), null);
});
