import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claudeSession, claudeTeam, inPane, teamMember } from '../../test/support/claude-sessions';
import type { ClaudeSession, ClaudeTeam } from '../sources/claude-code/claude-session';
import { isWithin, SessionIds, sessionAgents } from './session-agents';

function list(sessions: ClaudeSession[], more: { teams?: ClaudeTeam[]; taken?: string[]; ids?: SessionIds } = {}) {
  const { teams = [], taken = [], ids = new SessionIds() } = more;
  const claimed = new Map<ClaudeSession, string>();
  return sessionAgents({ sessions, teams, claimed, taken: new Set(taken), isListed: () => false }, ids);
}

const idsOf = (agents: ReturnType<typeof list>) => agents.map(({ entry }) => entry.id);

test('isWithin(): in a folder or below it, not beside it', () => {
  const folders = ['/home/u/proj'];
  const within = (cwd: string | null) => isWithin({ cwd }, folders);
  assert.deepEqual(['/home/u/proj', '/home/u/proj/src', '/home/u/proj-2', '/home/u', null].map(within), [
    true,
    true,
    false,
    false,
    false,
  ]);
  assert.equal(isWithin({ cwd: '/x' }, ['/']), true);
});

test('sessionAgents(): ids are names, each once, and do not take one of the registry', () => {
  const named = (pid: number, name: string | null) => claudeSession({ pid, name });
  assert.deepEqual(idsOf(list([named(1, 'api'), named(2, 'api'), named(3, 'web')], { taken: ['web'] })), [
    'api',
    'api-2',
    'web-3',
  ]);
  assert.deepEqual(idsOf(list([named(7, ' '), { ...named(8, null), sessionId: null }])), ['session-00000007', 'pid-8']);
});

test('sessionAgents(): a session keeps its id while others of its name come and go, and gets its new name', () => {
  const ids = new SessionIds();
  const [one, two] = [claudeSession({ pid: 1, name: 'api' }), claudeSession({ pid: 2, name: 'api' })];
  assert.deepEqual(idsOf(list([one, two], { ids })), ['api', 'api-2']);
  assert.deepEqual(idsOf(list([two], { ids })), ['api-2']);
  assert.deepEqual(idsOf(list([{ ...two, name: 'web' }], { ids })), ['web']);
});

test('sessionAgents(): a pane that two sessions name identifies neither', () => {
  const sessions = [1, 2, 3].map((pid) => claudeSession({ pid, tmux: inPane(pid === 3 ? '%2' : '%1') }));
  const panes = list(sessions).map(({ entry }) => entry.tmux_pane_id);
  assert.deepEqual(panes, [undefined, undefined, '%2']);
});

test('sessionAgents(): teammates follow with their lead, while the process of the lead runs', () => {
  const lead = claudeSession({ pid: 1, name: 'lead' });
  const members = [teamMember('tester'), teamMember('lead'), teamMember('writer', { tmuxPaneId: '%4' })];
  const agents = list([lead], { teams: [claudeTeam(lead, members)] });
  assert.deepEqual(idsOf(agents), ['lead', 'tester', 'lead@lead', 'writer']);
  assert.deepEqual(
    agents.map(({ teammate }) => teammate?.lead ?? null),
    [null, 'lead', 'lead', 'lead'],
  );
  assert.equal(agents[3]?.entry.tmux_pane_id, '%4');
  const afterClear = { ...lead, sessionId: 'another' };
  assert.equal(
    list([afterClear], { teams: [claudeTeam(lead, members)] }).length,
    4,
    'a team keeps its first session id',
  );
  const reused = { ...lead, procStart: '999' };
  assert.deepEqual(idsOf(list([reused], { teams: [claudeTeam(lead, members)] })), ['lead']);
});
