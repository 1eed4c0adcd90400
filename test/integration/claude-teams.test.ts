/**
 * An agent team of Claude Code on the production server: its messages, tasks and teammates, with the process of this
 * test as the lead, in a project without any files of a swarm.
 */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { WaitingAnswer } from '../../lib/contract/past-schemas';
import type { AgentsAnswer, Message, Stats } from '../../lib/contract/schemas';
import { ownPidDomain } from '../../lib/sources/claude-code/session-process';
import { projectSlug } from '../../lib/sources/claude-code/transcript-path';
import { ClaudeTestFolder, sessionFile } from '../support/claude-folder';
import { ProductionServer } from '../support/production-server';
import { openStream } from '../support/sse-client';

const TEAM = 'session-c690acef';
const SESSION = 'c690acef-a889-4d0d-881f-22b904095723';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'claude-teams-')));
const root = join(folder, 'project');
const claude = new ClaudeTestFolder();
const environment = {
  CLAUDESWARM_ROOT: root,
  SWARM_HISTORY: join(folder, 'history.sqlite'),
  CLAUDE_CONFIG_DIR: claude.path,
};
let server: ProductionServer;

/** Field 22 of this process; the command before it may contain anything. */
function ownStart(): string {
  const stat = readFileSync(`/proc/${process.pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function writeSession(): void {
  const now = { status: 'busy', statusUpdatedAt: Date.now(), updatedAt: Date.now() };
  const own = { procStart: ownStart(), pidDomain: ownPidDomain(), cwd: root, name: 'shop-1a', sessionId: SESSION };
  claude.writeSession(process.pid, sessionFile(process.pid, { ...own, ...now }));
}

function writeTeam(name: string, leadProcess: object): void {
  const member = (one: string, tmuxPaneId: string) => ({ agentId: `${one}@${name}`, name: one, tmuxPaneId, cwd: root });
  claude.write(`teams/${name}/config.json`, {
    ...{ name, leadAgentId: `team-lead@${name}`, leadSessionId: SESSION, leadProcess },
    members: [member('team-lead', 'leader'), member('tester', 'in-process'), member('writer', 'in-process')],
  });
}

function mail(to: string, ...messages: object[]): void {
  const common = { msgV: 1, type: 'message', read: false, timestamp: new Date().toISOString() };
  claude.write(
    `teams/${TEAM}/inboxes/${to}.json`,
    messages.map((message) => ({ ...common, ...message })),
  );
}

function appendLine(file: string, line: object): void {
  const path = join(claude.path, 'projects', projectSlug(root), file);
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${JSON.stringify({ timestamp: new Date().toISOString(), sessionId: SESSION, ...line })}\n`);
}

before(async () => {
  mkdirSync(root);
  writeSession();
  writeTeam(TEAM, { pid: process.pid, procStart: ownStart() });
  // The team of another project.
  writeTeam('session-other', { pid: 1, procStart: '1' });
  server = await ProductionServer.started(environment);
});
after(async () => {
  await server?.stop();
  claude.remove();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

const told = (messages: readonly Message[]) =>
  messages.map(
    ({ seq, sender, recipients, content, team }) => `${seq} ${sender} > ${recipients}: ${content} (${team})`,
  );
const messagesUntil = (count: number, query = '') =>
  server.until<{ messages: Message[] }>(`/api/messages${query}`, ({ messages }) => messages.length >= count);

const CHAT = [
  '1 writer > tester: Hello tester, are you ready? (session-c690acef)',
  '2 tester > shop-1a: All 42 tests pass. (session-c690acef)',
];

test('GET /api/messages: what members of a team write to each other, from inboxes and the transcript, each once', async () => {
  await server.until<AgentsAnswer>('/api/agents', ({ agents }) => agents.length === 3);
  const events: string[] = [];
  const close = openStream({
    url: `${server.url}/api/stream`,
    onEvent: ({ name, data }) => name === 'messages' && events.push(data),
    onEnd: () => {},
  });
  claude.write('teams/session-other/inboxes/tester.json', [{ from: 'writer', text: 'Elsewhere', msg_id: 'x' }]);
  const idle = JSON.stringify({ type: 'idle_notification', from: 'writer' });
  mail('tester', { from: 'writer', text: 'Hello tester, are you ready?', msg_id: '1b49d046' });
  mail('team-lead', { from: 'writer', text: idle, msg_id: '08d6a869' });
  await messagesUntil(1);
  mail('tester');
  const body = 'All 42 tests pass.';
  const content = `Another Claude session sent a message:\n<agent-message from="tester">\n${body}\n</agent-message>`;
  const origin = { kind: 'peer', from: 'tester', name: 'tester', body };
  const line = { type: 'user', isMeta: true, uuid: '03e1f706', sentAtMs: Date.now(), origin };
  appendLine(`${SESSION}.jsonl`, { isSidechain: false, ...line, message: { role: 'user', content } });
  const { messages } = await messagesUntil(2);
  assert.deepEqual(told(messages), CHAT);
  while (!events.join('').includes(body)) await delay(20);
  close();
  const stats = await server.until<Stats>('/api/stats', ({ message_count }) => message_count === 2);
  assert.deepEqual(stats.message_types, { TEAM: 2 });
  assert.deepEqual(told((await messagesUntil(1, '?q=42+tests')).messages), CHAT.slice(1));
  assert.deepEqual(told((await messagesUntil(1, '?recipient=tester')).messages), CHAT.slice(0, 1));
});

test('GET /api/waiting: the owner of a blocked task waits for the owner of the blocker, until that is completed', async () => {
  const task = (id: string, owner: string, status: string, blockedBy: string[] = []) =>
    claude.write(`tasks/${TEAM}/${id}.json`, { id, subject: `Task ${id}`, status, owner, blocks: [], blockedBy });
  task('1', 'tester', 'in_progress');
  task('2', 'writer', 'pending', ['1']);
  const { edges } = await server.until<WaitingAnswer>('/api/waiting', (answer) => answer.edges.length > 0);
  assert.deepEqual(
    edges.map(({ from, to, kind, evidence }) => [from, to, kind, evidence.tasks, evidence.task_list]),
    [['writer', 'tester', 'task', ['2', '1'], TEAM]],
  );
  task('1', 'tester', 'completed');
  await server.until<WaitingAnswer>('/api/waiting', (answer) => answer.edges.length === 0);
});

test('GET /api/agents: a teammate inside its lead works while its transcript has a call without a result', async () => {
  const id = 'atester-33337939f1b38feb';
  const meta = { agentType: 'tester', name: 'tester', taskKind: 'in_process_teammate', teamName: TEAM };
  const subagents = `projects/${projectSlug(root)}/${SESSION}/subagents`;
  claude.write(`${subagents}/agent-${id}.meta.json`, meta);
  const answer = (stop_reason: string, block: object) => ({
    ...{ isSidechain: true, agentId: id, type: 'assistant' },
    message: { id: `m-${stop_reason}`, role: 'assistant', model: 'claude-x', stop_reason, content: [block] },
  });
  const file = `${SESSION}/subagents/agent-${id}.jsonl`;
  const tester = ({ agents }: AgentsAnswer) => agents.find((agent) => agent.id === 'tester');
  appendLine(file, answer('tool_use', { type: 'tool_use', id: 't1', name: 'Bash', input: { command: 'npm test' } }));
  const working = await server.until<AgentsAnswer>('/api/agents', (one) => tester(one)?.activity.state === 'working');
  assert.equal(tester(working)?.work?.tool?.input, 'npm test');
  const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: 'ok' }] };
  appendLine(file, { isSidechain: true, agentId: id, type: 'user', message: result });
  appendLine(file, answer('end_turn', { type: 'text', text: 'Tester is done.' }));
  await server.until<AgentsAnswer>('/api/agents', (one) => tester(one)?.activity.state === 'idle');
});

test('GET /api/messages: after a restart, messages that are still in files are not recorded again', async () => {
  await server.stop();
  mail('tester', { from: 'writer', text: 'Hello tester, are you ready?', msg_id: '1b49d046' });
  server = await ProductionServer.started(environment);
  await server.until<AgentsAnswer>('/api/agents', ({ agents }) => agents.length === 3);
  mail(
    'tester',
    { from: 'writer', text: 'Hello tester, are you ready?', msg_id: '1b49d046' },
    { from: 'team-lead', text: 'Go on.', msg_id: '6aba3051' },
  );
  const { messages } = await messagesUntil(3);
  assert.deepEqual(told(messages), [...CHAT, '3 shop-1a > tester: Go on. (session-c690acef)']);
});
