import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examples } from '../../lib/contract/examples';
import type { Agent } from '../../lib/contract/schemas';
import { ownAgent, ownSurroundings } from './identity';

const [example] = examples.agents.agents as [Agent];
const agent = (id: string, tmux_pane_id: string, pid: unknown, claude_pid: number | null = null): Agent => ({
  ...example,
  ...{ id, tmux_pane_id, pid, process: { ...example.process, claude_pid } },
});
const agents = [agent('agent-1', '%1', 100), agent('agent-2', '%2', 200, 201), agent('agent-3', '%3', 'none')];

test('ownAgent(): the agent of the pane, if its process is above this one', () => {
  assert.equal(ownAgent(agents, { pane: '%1', ancestors: [7, 100, 3] }), 'agent-1');
  assert.equal(ownAgent(agents, { pane: '%2', ancestors: [201] }), 'agent-2');
  assert.equal(ownAgent(agents, { pane: '%1', ancestors: null }), 'agent-1');
});

test('ownAgent(): without evidence nobody', () => {
  assert.equal(ownAgent(agents, { pane: null, ancestors: [100] }), null);
  assert.equal(ownAgent(agents, { pane: '%9', ancestors: [100] }), null);
  // The same pane id of another tmux server.
  assert.equal(ownAgent(agents, { pane: '%1', ancestors: [7, 8] }), null);
  assert.equal(ownAgent(agents, { pane: '%3', ancestors: [7] }), null);
  assert.equal(ownAgent([...agents, agent('agent-4', '%1', 7)], { pane: '%1', ancestors: [7, 100] }), null);
});

test('ownSurroundings(): the processes above this one, the nearest first', () => {
  const { pane, ancestors } = ownSurroundings('%1');
  assert.equal(pane, '%1');
  assert.ok(ancestors === null || ancestors[0] === process.ppid);
});
