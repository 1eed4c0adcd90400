import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNKNOWN_AGENT_FACTS } from '@/lib/contract/defaults';
import type { Agent } from '@/lib/contract/schemas';
import { automaticAgents, MAX_WALL_AGENTS, toggledAgent, withPanes } from './wall-agents';

type Doing = Agent['activity']['state'];

function agent(id: string, doing: Doing = 'idle', fields: Partial<Agent> = {}): Agent {
  const activity = { ...UNKNOWN_AGENT_FACTS.activity, state: doing };
  const own = { id, health: 'active' as const, health_reason: 'Because.', last_evidence_at: null };
  return { ...UNKNOWN_AGENT_FACTS, ...own, activity, tmux_pane_id: '%1', ...fields };
}

test('automaticAgents(): those that wait or work come first, then by name', () => {
  const agents = [agent('a-10'), agent('a-2'), agent('a-3', 'working'), agent('a-4', 'waiting')];
  assert.deepEqual(automaticAgents(agents, [], 9), ['a-4', 'a-3', 'a-2', 'a-10']);
  assert.deepEqual(automaticAgents(agents, [], 2), ['a-4', 'a-3']);
});

test('automaticAgents(): what is shown keeps its place whatever the agents do, and a new one follows', () => {
  const shown = ['a-1', 'a-2'];
  const agents = [agent('a-1'), agent('a-2', 'working'), agent('a-3', 'waiting')];
  assert.deepEqual(automaticAgents(agents, shown, 2), ['a-1', 'a-2']);
  assert.deepEqual(automaticAgents(agents, shown, 3), ['a-1', 'a-2', 'a-3']);
  assert.deepEqual(automaticAgents(agents.slice(1), shown, 2), ['a-2', 'a-3'], 'the place of one that left is free');
});

test('withPanes(): agents without a pane and former entries are left out, each id is there once', () => {
  const agents = [
    agent('a', 'idle', { tmux_pane_id: 'in-process' }),
    agent('b', 'idle', { tmux_pane_id: undefined, pane_index: 'main:0.1' }),
    agent('c', 'idle', { health: 'moved' }),
    agent('d'),
    agent('d'),
  ];
  assert.deepEqual(
    withPanes(agents).map(({ id }) => id),
    ['b', 'd'],
  );
});

test('toggledAgent(): adds at the end, removes, and is full at twelve', () => {
  assert.deepEqual(toggledAgent(['a', 'b'], 'a'), ['b']);
  assert.deepEqual(toggledAgent(['a'], 'b'), ['a', 'b']);
  const full = Array.from({ length: MAX_WALL_AGENTS }, (_, n) => `a-${n}`);
  assert.deepEqual(toggledAgent(full, 'b'), full);
});
