import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claudeSession, claudeTeam, inPane, teamMember } from '../../test/support/claude-sessions';
import { NO_AGENTS, UNKNOWN_AGENT_FACTS } from '../contract/defaults';
import type { Agent, AgentsAnswer, DepartedAgent } from '../contract/schemas';
import type { AgentContact } from './claude-agents';
import { reachAgent } from './message-reach';

const NOTHING: AgentContact = { session: null, teammate: null, transcript: null };

function reach(more: Partial<Agent>, contact: Partial<AgentContact> = {}, entry: object = {}) {
  const agent = { ...UNKNOWN_AGENT_FACTS, id: 'a', health: 'active', health_reason: 'It runs.', ...more } as Agent;
  const found = { ...NOTHING, ...contact, entry: { id: 'a', pid: 10, tmux_pane_id: '%1', ...entry } };
  return reachAgent('a', { agents: { ...NO_AGENTS, agents: [agent] }, contact: () => found });
}

test('reachAgent(): an agent that is not known, has left, is dead or has moved gets nothing, with the reason', () => {
  const departed = [{ id: 'a', left_reason: 'Its process ended.' } as DepartedAgent];
  const asked = (agents: AgentsAnswer) => reachAgent('a', { agents, contact: () => null });
  assert.equal(asked(NO_AGENTS), null);
  assert.match(asked({ ...NO_AGENTS, departed })?.gone ?? '', /has left\. Its process ended/);
  assert.match(reach({ health: 'dead', health_reason: 'claude exited.' })?.gone ?? '', /is dead\. claude exited/);
  assert.match(reach({ health: 'moved', moved_to: 'agent-5' })?.gone ?? '', /listed as agent-5 now/);
});

test('reachAgent(): a session names its pane; one that has ended is not used', () => {
  const session = claudeSession({ pid: 12, alive: true, tmux: inPane('%7') });
  const reached = reach({}, { session });
  assert.deepEqual([reached?.session, reached?.pane], [session, { id: '%7', pid: 12, within: true }]);
  assert.equal(reached?.runsClaude, true);
  const ended = reach({}, { session: { ...session, alive: false } });
  assert.deepEqual([ended?.session, ended?.pane], [null, { id: '%1', pid: 10, within: true }]);
  const unseen = reach({}, { session: { ...session, alive: null } });
  assert.deepEqual([unseen?.pane, unseen?.runsClaude], [{ id: '%1', pid: 10, within: true }, false]);
});

test('reachAgent(): only the registry is known: its pane and pid, whatever is written there', () => {
  assert.deepEqual(reach({})?.pane, { id: '%1', pid: 10, within: true });
  assert.deepEqual(reach({}, {}, { tmux_pane_id: '%1; kill-server' })?.pane, { id: null, pid: 10, within: true });
  assert.equal(reach({}, {}, { pid: 'x' })?.pane, null);
});

test('reachAgent(): a teammate in a pane is on the tmux server of its lead; one in the process of its lead gets nothing', () => {
  const leadSession = claudeSession({ pid: 12, alive: true });
  const [inProcess, own] = [teamMember('tester'), teamMember('writer', { tmuxPaneId: '%2' })];
  const team = claudeTeam(leadSession, [inProcess, own]);
  const mate = { lead: 'agent-1', leadSession, team };
  const transcript = { sessionId: 's', cwd: '/x' };
  const reached = reach({}, { teammate: { ...mate, member: own }, transcript }, { pid: null });
  assert.deepEqual([reached?.pane, reached?.transcript], [{ id: '%2', pid: 12, within: false }, transcript]);
  assert.match(
    reach({}, { teammate: { ...mate, member: inProcess } })?.gone ?? '',
    /inside the process of its lead agent-1/,
  );
});
