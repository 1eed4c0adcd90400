import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { claudeSession, claudeTeam, inPane, teamMember } from '../../test/support/claude-sessions';
import { formatInstant } from '../contract/instant';
import { agentsAnswer } from '../contract/schemas';
import { statistics } from '../rules/stats';
import type { ClaudeSession, ClaudeTask, TeammateFacts, TranscriptFacts } from '../sources/claude-code/claude-session';
import { AgentCardsReader } from '../sources/claudeswarm/agent-cards';
import { LocksReader } from '../sources/claudeswarm/locks';
import { RegistryReader } from '../sources/claudeswarm/registry';
import { readSwarmConfig } from '../sources/claudeswarm/swarm-config';
import type { Observation } from '../sources/processes/process-observer';
import { ProcessTable } from '../sources/processes/processes';
import { type ClaudeFacts, type HookFacts, NO_CLAUDE_FACTS } from './claude-agents';
import { SwarmDescription } from './description';

const NOW = Date.UTC(2026, 1, 3, 8);
const iso = (at: number) => new Date(at).toISOString();

let root: string;
let registry: RegistryReader;
let description: SwarmDescription;
let observed: Map<number, Observation>;
let now: number;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'claude-agents-'));
  now = NOW;
  observed = new Map();
  registry = new RegistryReader(root, () => now);
  const readers = { locks: new LocksReader(root, () => now), cards: new AgentCardsReader(root, () => now) };
  const processes = new ProcessTable({ observer: { intervalMs: 0, observe: () => observed }, now: () => now });
  const { config } = readSwarmConfig(root);
  const claude = { places: { ancestors: (pid: number) => (pid === 12 ? [11, 10] : []), tmuxServer: () => null } };
  description = new SwarmDescription({ root, registry, ...readers, processes, config, claude });
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function register(...agents: object[]): void {
  writeFileSync(join(root, 'ACTIVE_AGENTS.json'), JSON.stringify({ agents }));
  registry.refresh();
}

function show(sessions: ClaudeSession[], more: Partial<ClaudeFacts> = {}): void {
  now += 10;
  description.claude = { ...NO_CLAUDE_FACTS, sessions, folders: ['/home/u/proj'], unread: null, ...more };
  description.describe(new Map(), now);
  agentsAnswer.parse(description.agents);
}

const states = () => description.agents.agents.map(({ id, source, activity }) => `${id} ${source} ${activity.state}`);

test('describe(): a session below the pid of an entry is its activity, and is not listed a second time', () => {
  register({ id: 'agent-1', pid: 10, last_seen: iso(NOW) }, { id: 'agent-2', pid: 20, last_seen: iso(NOW) });
  show([claudeSession({ pid: 12, status: 'waiting', waitingFor: 'permission prompt' })]);
  assert.deepEqual(states(), ['agent-1 registry waiting', 'agent-2 registry unknown']);
  const [agent] = description.agents.agents;
  assert.equal(agent?.session?.waiting_for, 'permission prompt');
  assert.deepEqual([agent?.health, agent?.process.claude_pid], ['active', 12]);
  const counts = statistics(description.agents, description.locks, null, NOW, now);
  assert.deepEqual([counts.waiting_count, counts.working_count, counts.activity_unknown_count], [1, 0, 1]);
});

test('describe(): each change of a session is described at once, whenever the last description was', () => {
  register({ id: 'agent-1', pid: 10, last_seen: iso(NOW) });
  const seen = ['idle', 'busy', 'waiting', 'busy', 'idle'].map((status) => {
    show([claudeSession({ pid: 12, status })]);
    return description.agents.agents[0]?.activity.state;
  });
  assert.deepEqual(seen, ['idle', 'working', 'waiting', 'working', 'idle']);
  const before = description.agents;
  description.describe(new Map(), now + 10);
  assert.equal(description.agents, before, 'and nothing is described while nothing differs');
});

test('describe(): without swarm files, sessions of the project are agents; those elsewhere or ended are not', () => {
  const elsewhere = claudeSession({ pid: 3, cwd: '/home/u/other' });
  const ended = claudeSession({ pid: 4, alive: false });
  const unseen = claudeSession({ pid: 5, alive: null });
  show([claudeSession({ pid: 2, name: 'api', status: 'busy', tmux: inPane('%3') }), elsewhere, ended, unseen]);
  assert.deepEqual(states(), ['api claude-code working']);
  const [agent] = description.agents.agents;
  assert.deepEqual([agent?.health, agent?.pid, agent?.tmux_pane_id], ['active', 2, '%3']);
  assert.equal(agent?.health_reason, 'The process of its session (pid 2) runs.');
});

test('describe(): a session that ends leaves, and one that is renamed moves', () => {
  const api = claudeSession({ pid: 2, name: 'api' });
  show([api]);
  show([{ ...api, name: 'web' }]);
  assert.deepEqual(states(), ['web claude-code idle']);
  assert.deepEqual(
    description.agents.departed.map(({ id, left_reason }) => `${id}: ${left_reason}`),
    ['api: It is listed as web now.'],
  );
  observed = new Map([[2, 'gone']]);
  show([]);
  assert.deepEqual(states(), []);
  const [left] = description.agents.departed;
  assert.deepEqual([left?.id, left?.source, left?.activity.state], ['web', 'claude-code', 'unknown']);
});

test('describe(): what a session proves about this host says nothing about processes of the registry', () => {
  register({ id: 'far', pid: 999, last_seen: iso(NOW - 3_600_000) });
  observed = new Map<number, Observation>([[999, 'gone']]);
  show([claudeSession({ pid: 2, name: 'near' })]);
  assert.deepEqual(
    description.agents.agents.map(({ id, health }) => `${id} ${health}`),
    ['far unknown', 'near active'],
  );
});

test('describe(): teammates are below their lead; one that the registry lists by its pane is that entry', () => {
  register({ id: 'agent-1', pid: 10, last_seen: iso(NOW) }, { id: 'agent-2', tmux_pane_id: '%2', last_seen: iso(NOW) });
  const lead = claudeSession({ pid: 12 });
  const members = [teamMember('tester'), teamMember('writer', { tmuxPaneId: '%2', isActive: true })];
  show([lead], { teams: [claudeTeam(lead, members)] });
  assert.deepEqual(
    description.agents.agents.map(({ id, lead, activity }) => `${id} ${lead} ${activity.state}`),
    ['agent-1 null idle', 'agent-2 agent-1 working', 'tester agent-1 unknown'],
  );
  // The other one is inside the process of its lead, as its transcript is beside that of the lead.
  assert.deepEqual(description.shownTeammates(), [{ team: 'team', name: 'writer', agent: 'agent-2' }]);
});

test('describe(): a transcript gives the work, and the tool that a prompt asks for', () => {
  const transcript: TranscriptFacts = {
    ...{ sessionId: 's', model: 'claude-x', permissionMode: 'default', cwd: '/home/u/proj/src', gitBranch: 'main' },
    tool: { name: 'Bash', input: 'npm test', since: NOW },
    openTools: 1,
    ...{ lastPrompt: { text: 'Test it.', at: NOW }, lastAnswer: { text: 'Shall I?', at: NOW }, asks: true },
    ...{ contextTokens: 1200, lastTurnMs: 5, errors: 1, lastError: null, compactions: 0, decisions: [], subagents: [] },
    ...{ teamName: null, agentName: null, teammates: [] },
  };
  const transcripts = new Map([['s', transcript]]);
  show([claudeSession({ pid: 2, sessionId: 's', status: 'waiting', waitingFor: 'permission prompt' })], {
    transcripts,
  });
  const [agent] = description.agents.agents;
  assert.equal(agent?.activity.reason, 'Its session waits for a person: permission prompt for Bash.');
  assert.deepEqual([agent?.session?.cwd, agent?.work?.tool?.input], ['/home/u/proj/src', 'npm test']);
  assert.equal(agent?.work?.asks, false, 'it waits in its turn');
  show([claudeSession({ pid: 2, sessionId: 's' })], { transcripts });
  assert.equal(description.agents.agents[0]?.work?.asks, true);
});

const NO_HOOKS: HookFacts = { permission: null, permissions: [], turnEnded: null, failure: null };

test('describe(): hooks give the tool of a prompt and the end of a turn before any transcript is read', () => {
  const hooks = (facts: HookFacts) => ({ hooks: new Map([['s', facts]]) });
  const session = (status: string) =>
    claudeSession({ pid: 2, sessionId: 's', status, waitingFor: 'permission prompt' });
  const permission = { tool: 'Write', input: 'src/a.ts', at: NOW };
  show([session('waiting')], hooks({ ...NO_HOOKS, permission, permissions: [{}] }));
  const asked = description.agents.agents[0];
  assert.deepEqual(asked?.work?.permission, { tool: 'Write', input: 'src/a.ts', since: formatInstant(NOW) });
  assert.doesNotMatch(asked?.activity.reason ?? '', /src\/a\.ts/, 'what is kept in the history has no excerpt');
  assert.match(description.agents.agents[0]?.activity.reason ?? '', /permission prompt for Write/);
  const turnEnded = { at: NOW, lastMessage: 'Done. Shall I **commit**?' };
  const failure = { kind: 'rate_limit', details: null, at: NOW };
  show([session('idle')], hooks({ ...NO_HOOKS, failure }));
  assert.deepEqual(description.agents.agents[0]?.work?.failure, { ...failure, at: formatInstant(NOW) });
  show([session('idle')], hooks({ ...NO_HOOKS, turnEnded }));
  const { work } = description.agents.agents[0] ?? {};
  assert.deepEqual([work?.asks, work?.last_answer?.text], [true, turnEnded.lastMessage]);
});

const transcriptFacts = (fields: Partial<TranscriptFacts>): TranscriptFacts => ({
  ...{ sessionId: 's', model: 'claude-x', permissionMode: 'default', cwd: '/home/u/proj', gitBranch: 'main' },
  ...{ tool: null, openTools: 0, lastPrompt: null, lastAnswer: null, asks: false, contextTokens: null },
  ...{ lastTurnMs: null, errors: 0, lastError: null, compactions: 0, decisions: [], subagents: [] },
  ...{ teamName: null, agentName: null, teammates: [] },
  ...fields,
});

test('describe(): a prompt names the tool of the transcript only if nothing else can have asked', () => {
  const bash = { tool: { name: 'Bash', input: 'sleep 60', since: NOW }, openTools: 1 };
  const subagent = { id: 'a1', type: 'general-purpose', description: null, teammate: null, finished: false };
  const waiting = claudeSession({ pid: 2, sessionId: 's', status: 'waiting', waitingFor: 'permission prompt' });
  const named = (facts: Partial<TranscriptFacts>, more: Partial<ClaudeFacts> = {}) => {
    show([waiting], { transcripts: new Map([['s', transcriptFacts(facts)]]), ...more });
    return / for Bash\./.test(description.agents.agents[0]?.activity.reason ?? '');
  };
  assert.ok(named(bash));
  assert.ok(named({ ...bash, subagents: [{ ...subagent, finished: true }] }));
  assert.ok(!named({ ...bash, openTools: 2 }), 'one of two calls may run while the other one asks');
  assert.ok(!named({ ...bash, subagents: [subagent] }), 'a subagent may ask');
  const member = teamMember('tester', { tmuxPaneId: '%9' });
  assert.ok(!named(bash, { teams: [claudeTeam(waiting, [member])] }), 'the prompt of a teammate is shown in the lead');
  const several = new Map([['s', { ...NO_HOOKS, permissions: [{}, {}] }]]);
  assert.ok(!named(bash, { hooks: several }), 'hooks report two requests');
});

test('describe(): a question of an earlier answer is not the end of a turn that a hook reports', () => {
  const lastAnswer = { text: 'Shall I?', at: NOW - 5000 };
  const transcripts = new Map([['s', transcriptFacts({ lastAnswer, asks: true })]]);
  const hooks = new Map([['s', { ...NO_HOOKS, turnEnded: { at: NOW, lastMessage: 'Done.' } }]]);
  show([claudeSession({ pid: 2, sessionId: 's' })], { transcripts, hooks });
  const { work } = description.agents.agents[0] ?? {};
  assert.deepEqual([work?.last_answer?.text, work?.asks], ['Done.', false]);
});

test('describe(): more tokens than the context window has mean that its size is not known', () => {
  const claude = { places: { ancestors: () => [], tmuxServer: () => null }, contextWindow: () => 200_000 };
  const readers = { locks: new LocksReader(root, () => now), cards: new AgentCardsReader(root, () => now) };
  const { config } = readSwarmConfig(root);
  description = new SwarmDescription({ root, registry, ...readers, processes: new ProcessTable(), config, claude });
  const percent = (contextTokens: number) => {
    show([claudeSession({ pid: 2, sessionId: 's' })], {
      transcripts: new Map([['s', transcriptFacts({ contextTokens })]]),
    });
    return description.agents.agents[0]?.work?.context_percent;
  };
  assert.deepEqual([percent(50_000), percent(200_000), percent(640_000)], [25, 100, null]);
});

test('describe(): a teammate that was started again has the work of its newest transcript', () => {
  const lead = claudeSession({ pid: 2, name: 'lead' });
  const member = teamMember('tester', { tmuxPaneId: '%9' });
  const of = (sessionId: string, at: number, text: string) =>
    transcriptFacts({ sessionId, teamName: 'team', agentName: 'tester', lastPrompt: { text, at } });
  const [first, second] = [of('t1', NOW, 'first'), of('t2', NOW + 1, 'second')];
  for (const order of [
    [first, second],
    [second, first],
  ]) {
    const transcripts = new Map(order.map((facts) => [facts.sessionId, facts]));
    show([lead], { teams: [claudeTeam(lead, [member])], transcripts });
    assert.equal(description.agents.agents[1]?.work?.last_prompt?.text, 'second');
  }
});

test('describe(): a teammate in the process of a lead that cannot be seen is not known to run', () => {
  register({ id: 'agent-1', pid: 5_000_000, last_seen: iso(NOW - 3_600_000) });
  const lead = claudeSession({ pid: 5_000_000, alive: null });
  show([lead], { teams: [claudeTeam(lead, [teamMember('tester')])] });
  const tester = description.agents.agents.find(({ id }) => id === 'tester');
  assert.notEqual(tester?.health, 'active');
  assert.doesNotMatch(tester?.health_reason ?? '', /runs/);
});

test('describe(): a team that does not say when the process of its lead started has no lead', () => {
  const lead = claudeSession({ pid: 2, name: 'lead' });
  const team = claudeTeam(lead, [teamMember('tester')]);
  show([lead], { teams: [{ ...team, leadProcess: { pid: 2, procStart: null } }] });
  assert.deepEqual(states(), ['lead claude-code idle']);
});

test('describe(): no tool runs in a session whose turn has ended, whatever a killed turn left in its transcript', () => {
  const tool = { name: 'Bash', input: 'sleep 60', since: NOW };
  const transcripts = new Map([['s', transcriptFacts({ tool, openTools: 1 })]]);
  const runs = (status: string | null) => {
    show([claudeSession({ pid: 2, sessionId: 's', status })], { transcripts });
    return description.agents.agents[0]?.work?.tool?.name ?? null;
  };
  assert.deepEqual(['busy', 'waiting', null, 'shell', 'idle'].map(runs), ['Bash', 'Bash', 'Bash', null, null]);
});

test('describe(): a teammate is listed once, also where the registry keeps a stale entry of its pane', () => {
  const pane = { tmux_pane_id: '%2' };
  register(
    { id: 'agent-1', pid: 10, last_seen: iso(NOW) },
    { id: 'former', ...pane, status: 'stale', last_seen: iso(NOW - 3_600_000) },
    { id: 'agent-2', ...pane, last_seen: iso(NOW) },
  );
  const lead = claudeSession({ pid: 12 });
  show([lead], { teams: [claudeTeam(lead, [teamMember('writer', { tmuxPaneId: '%2', isActive: true })])] });
  assert.deepEqual(
    description.agents.agents.map(({ id, lead, activity }) => `${id} ${lead} ${activity.state}`),
    ['agent-1 null idle', 'former null unknown', 'agent-2 agent-1 working'],
  );
});

test('describe(): a subagent that a killed session left unfinished does not run in an idle one; a teammate may', () => {
  const subagent = { id: 'a1', type: 'general-purpose', description: null, teammate: null, finished: false };
  const subagents = [subagent, { ...subagent, id: 'a2', teammate: 'tester' }];
  const transcripts = new Map([['s', transcriptFacts({ subagents })]]);
  const running = (status: string) => {
    show([claudeSession({ pid: 2, sessionId: 's', status })], { transcripts });
    return description.agents.agents[0]?.work?.subagents.filter(({ finished }) => !finished).map(({ id }) => id);
  };
  assert.deepEqual(running('busy'), ['a1', 'a2'], 'a session is busy while its subagents run');
  assert.deepEqual(running('idle'), ['a2']);
});

test('describe(): the owner of a blocked task of a team is the agent that waits; tasks change what an agent has in hand', () => {
  const lead = claudeSession({ pid: 2, name: 'api' });
  const teams = [claudeTeam(lead, [teamMember('tester'), teamMember('writer')])];
  const task = (id: string, owner: string, status: string, blockedBy: string[] = []): ClaudeTask => {
    return {
      list: 'team',
      id,
      subject: 'Go',
      description: null,
      activeForm: null,
      status,
      owner,
      blocks: [],
      blockedBy,
    };
  };
  const blocked = task('2', 'writer', 'pending', ['1']);
  show([lead], { teams, tasks: [task('1', 'tester', 'in_progress'), blocked] });
  const { agents, sessionTasks } = description;
  assert.deepEqual(
    sessionTasks.map(({ id, assignedTo, blockedBy }) => [id, assignedTo, blockedBy]),
    [
      ['1', 'tester', []],
      ['2', 'writer', ['1']],
    ],
  );
  show([lead], { teams, tasks: [task('1', 'tester', 'in_progress'), blocked] });
  assert.equal(description.sessionTasks, sessionTasks, 'the same list while none differs');
  show([lead], { teams, tasks: [task('1', 'tester', 'completed'), blocked] });
  assert.deepEqual(
    description.sessionTasks.map(({ id }) => id),
    ['2'],
  );
  const withoutTask = (answer: typeof agents) => answer.agents.map((one) => ({ ...one, current_task: null }));
  assert.deepEqual(withoutTask(description.agents), withoutTask(agents));
  const inHand = ({ agents: all }: typeof agents) => all.flatMap(({ current_task: one }) => (one ? [one.key] : []));
  assert.deepEqual([inHand(agents), inHand(description.agents)], [['list:team/1'], []]);
});

test('describe(): a session whose file stays unreadable has no status, and is still listed', () => {
  const busy = claudeSession({ pid: 2, name: 'api', status: 'waiting', waitingFor: 'permission prompt' });
  show([{ ...busy, keptFrom: NOW }]);
  assert.deepEqual(states(), ['api claude-code waiting'], 'it may be being written');
  now += 5000;
  show([{ ...busy, keptFrom: NOW }]);
  assert.deepEqual(states(), ['api claude-code unknown']);
  const [agent] = description.agents.agents;
  assert.deepEqual(
    [agent?.session?.status, agent?.session?.waiting_for, agent?.session?.status_since, agent?.activity.since],
    [null, null, null, formatInstant(NOW)],
  );
  show([busy], { unread: 'The folder can’t be read.', keptFrom: NOW });
  assert.deepEqual([states(), agent?.health], [['api claude-code unknown'], 'active'], 'or whose folder is');
  show([busy]);
  assert.deepEqual(states(), ['api claude-code waiting']);
});

test('describe(): a teammate inside its lead has the work of its own transcript, and the activity that follows', () => {
  const lead = claudeSession({ pid: 2, name: 'api', sessionId: 's', status: 'busy' });
  const none: TeammateFacts = {
    ...{ sessionId: 's', model: null, permissionMode: null, cwd: null, gitBranch: null, tool: null },
    ...{ lastPrompt: null, lastAnswer: null, asks: false, contextTokens: null, lastTurnMs: null, errors: 0 },
    ...{ lastError: null, compactions: 0, decisions: [], subagents: [], teamName: null, agentName: 'tester' },
    ...{ openTools: 0, turnEnded: false, newestAt: NOW },
  };
  const running = { ...none, openTools: 1, tool: { name: 'Bash', input: 'npm test', since: NOW } };
  const former = { ...none, turnEnded: true, newestAt: NOW - 1000 };
  const facts = (teammates: TeammateFacts[], session = lead, hooks = new Map<string, HookFacts>()) => {
    const transcripts = new Map([['s', { ...none, agentName: null, teammates }]]);
    show([session], { teams: [claudeTeam(lead, [teamMember('tester')])], transcripts, hooks });
    const { activity, work } = description.agents.agents[1] ?? {};
    return [activity?.state, work?.tool?.input];
  };
  assert.deepEqual(facts([]), ['unknown', undefined]);
  assert.deepEqual(facts([running, former]), ['working', 'npm test']);
  assert.deepEqual(facts([{ ...running, agentName: 'writer' }]), ['unknown', undefined]);
  assert.deepEqual(facts([{ ...none, turnEnded: true, asks: true }]), ['idle', undefined]);
  assert.equal(description.agents.agents[1]?.work?.asks, false, 'it reports to its lead');
  const waiting = { ...lead, status: 'waiting', waitingFor: 'permission prompt' };
  assert.deepEqual(facts([running], waiting), ['unknown', 'npm test']);
  assert.deepEqual(facts([running], { ...lead, keptFrom: NOW - 6000 }), ['unknown', 'npm test']);
  const asks = new Map([['s', { ...NO_HOOKS, permission: { tool: 'Bash', input: 'ls', at: NOW }, permissions: [{}] }]]);
  assert.deepEqual(facts([running], lead, asks), ['unknown', 'npm test'], 'a hook may hold its prompt');
});
