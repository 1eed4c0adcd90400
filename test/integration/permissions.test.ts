/** Permission requests on the production server: hooks that are held, and commands that answer them. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { PendingPermission, PermissionsState } from '../../lib/contract/action-schemas';
import type { AttentionAnswer } from '../../lib/contract/schemas';
import { ownPidDomain } from '../../lib/sources/claude-code/session-process';
import { ClaudeTestFolder, sessionFile } from '../support/claude-folder';
import { commandHeaders } from '../support/commands';
import { type SentHook, sendHook, writeHookToken } from '../support/hook-client';
import { ProductionServer } from '../support/production-server';
import { openStream } from '../support/sse-client';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'permissions-')));
const root = join(folder, 'project');
const state = join(folder, 'state');
const claude = new ClaudeTestFolder();
const SESSION = '81c26685-18bb-4f5c-b8bc-a282008b48fa';
const INPUT = { command: 'rm -rf build', description: 'Clean' };
const RULE = {
  ...{ type: 'addRules', rules: [{ toolName: 'Bash', ruleContent: 'rm -rf build' }], behavior: 'allow' },
  destination: 'localSettings',
};
let server: ProductionServer;

function settings(more: Record<string, string> = {}): Record<string, string> {
  const common = { CLAUDESWARM_ROOT: root, SWARM_HISTORY: 'off', XDG_STATE_HOME: state };
  return { ...common, CLAUDE_CONFIG_DIR: claude.path, ...more };
}

/** Field 22 of a process; the command before it may contain anything. */
function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** Writes the file of the session, whose process is this one. */
function write(status: string, more: Record<string, unknown> = {}): void {
  const at = Date.now();
  const own = { procStart: startOf(process.pid), pidDomain: ownPidDomain(), cwd: root, name: 'shop-1a' };
  const now = { sessionId: SESSION, status, statusUpdatedAt: at, updatedAt: at };
  claude.writeSession(process.pid, sessionFile(process.pid, { ...own, ...now, ...more }));
}

before(async () => {
  mkdirSync(root);
  writeHookToken(state);
  write('busy');
  server = await ProductionServer.started(settings());
  await server.until<{ agents: unknown[] }>('/api/agents', ({ agents }) => agents.length === 1);
});
after(async () => {
  await server?.stop();
  claude.remove();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

/** Sends a request, and lets the session wait for it: otherwise it would count as answered elsewhere after 10 s. */
function ask(more: Record<string, unknown> = {}): SentHook {
  write('waiting', { waitingFor: 'permission prompt' });
  return sendHook(server.url, {
    ...{ hook_event_name: 'PermissionRequest', session_id: SESSION, cwd: root },
    ...{ tool_name: 'Bash', tool_input: INPUT, permission_suggestions: [RULE] },
    ...more,
  });
}

const open = ({ permissions }: PermissionsState) => permissions.filter(({ resolved }) => resolved === null);

/** Waits until a number of requests is open. */
async function held(count: number): Promise<PendingPermission[]> {
  return open(await server.until<PermissionsState>('/api/permissions', (answer) => open(answer).length === count));
}

/** The one request that is open. */
async function theOne(): Promise<PendingPermission> {
  const [one] = await held(1);
  assert.ok(one);
  return one;
}

/** Waits until a request has ended. */
async function ended(id: string): Promise<NonNullable<PendingPermission['resolved']>> {
  const find = ({ permissions }: PermissionsState) => permissions.find((one) => one.id === id)?.resolved;
  const found = find(await server.until<PermissionsState>('/api/permissions', (answer) => find(answer) != null));
  assert.ok(found);
  return found;
}

async function command(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/api/permissions/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...commandHeaders(server), ...headers },
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

test('a request is held and listed in full, an attention item says so, and an answer reaches its hook', async () => {
  const hook = ask();
  const one = await theOne();
  assert.deepEqual(
    [one.agent_id, one.tool_name, one.tool_input, one.suggestions, one.cwd, one.answerable],
    ['shop-1a', 'Bash', INPUT, [RULE], root, true],
  );
  const { attention } = await server.until<AttentionAnswer>('/api/attention', (answer) => answer.count === 1);
  assert.equal(attention[0]?.id, 'permission_waiting:shop-1a');
  assert.match(attention[0]?.reason ?? '', /asks: permission for Bash. It can be answered in the dashboard/);
  const { status, answer } = await command(one.id, { behavior: 'allow', suggestion: 0 });
  assert.deepEqual([status, answer.outcome], [200, 'answered']);
  assert.deepEqual(await hook.answer, { status: 200, decision: { behavior: 'allow', updatedPermissions: [RULE] } });
  assert.equal((await ended(one.id)).outcome, 'allowed');
  write('busy');
  await server.until<AttentionAnswer>('/api/attention', ({ count }) => count === 0);
});

test('two viewers answer at once: one wins, the other is told, and the hook gets one answer', async () => {
  const hook = ask();
  const { id } = await theOne();
  const answers = await Promise.all([
    command(id, { behavior: 'allow' }),
    command(id, { behavior: 'deny', message: 'No.' }),
    command(id, { behavior: 'allow' }),
  ]);
  assert.deepEqual(answers.map(({ answer }) => answer.outcome).sort(), [
    'already_answered',
    'already_answered',
    'answered',
  ]);
  const { decision } = await hook.answer;
  const winner = answers.findIndex(({ answer }) => answer.outcome === 'answered');
  assert.equal(decision?.behavior, winner === 1 ? 'deny' : 'allow');
});

test('a question and a plan get the input that Claude Code needs', async () => {
  const questions = [{ question: 'Which?', header: 'W', multiSelect: true, options: [{ label: 'A' }, { label: 'B' }] }];
  const asked = ask({ tool_name: 'AskUserQuestion', tool_input: { questions }, permission_suggestions: undefined });
  const question = await theOne();
  assert.equal(question.kind, 'question');
  assert.equal((await command(question.id, { behavior: 'allow' })).status, 422);
  await command(question.id, { behavior: 'allow', answers: { 'Which?': ['A', 'B'] } });
  assert.deepEqual((await asked.answer).decision, {
    behavior: 'allow',
    updatedInput: { questions, answers: { 'Which?': 'A, B' } },
  });
  const planned = ask({ tool_name: 'ExitPlanMode', tool_input: { plan: '# Plan' } });
  const plan = await theOne();
  assert.equal(plan.kind, 'plan');
  await command(plan.id, { behavior: 'allow', mode: 'acceptEdits' });
  assert.deepEqual((await planned.answer).decision, {
    behavior: 'allow',
    updatedInput: {},
    updatedPermissions: [{ type: 'setMode', mode: 'acceptEdits', destination: 'session' }],
  });
});

test('answered in the terminal: the hook is let go with an empty answer, and a late answer is told so', async () => {
  const hook = ask();
  const { id } = await theOne();
  // It may have waited before for something else.
  const from = Date.now();
  write('waiting', { waitingFor: 'permission prompt' });
  await server.until<{ agents: { activity: { state: string; since: string | null } }[] }>(
    '/api/agents',
    ({ agents }) => {
      const { state, since } = agents[0]?.activity ?? {};
      return state === 'waiting' && Date.parse(since ?? '') >= from;
    },
  );
  write('busy');
  assert.deepEqual(await hook.answer, { status: 204, decision: null });
  assert.equal((await ended(id)).outcome, 'answered_locally');
  const { answer } = await command(id, { behavior: 'allow' });
  assert.equal(answer.outcome, 'already_answered');
  assert.match(String(answer.detail), /in its terminal/);
});

test('refused in the terminal: the closed connection ends the request', async () => {
  const hook = ask();
  const { id } = await theOne();
  write('waiting', { waitingFor: 'permission prompt' });
  hook.close();
  await ended(id);
  write('idle');
  await server.until<PermissionsState>('/api/permissions', ({ permissions }) =>
    permissions.some((one) => one.id === id && one.resolved?.outcome === 'refused_locally'),
  );
  assert.equal((await command(id, { behavior: 'allow' })).answer.outcome, 'already_answered');
  write('busy');
});

test('the result of the tool, the end of the turn and of the session end what was asked', async () => {
  const report = (event: object) => sendHook(server.url, { session_id: SESSION, ...event }).answer;
  const first = ask();
  await held(1);
  await report({ hook_event_name: 'PostToolUse', tool_name: 'Bash', tool_input: INPUT });
  assert.equal((await first.answer).status, 204);
  const second = ask();
  await held(1);
  await report({ hook_event_name: 'Stop' });
  assert.equal((await second.answer).status, 204);
  const third = ask();
  await held(1);
  await report({ hook_event_name: 'SessionEnd', reason: 'other' });
  assert.equal((await third.answer).status, 204);
  await held(0);
});

test('subagents are held only while somebody watches who may answer', async () => {
  const subagent = { agent_id: 'a1b2', agent_type: 'tester' };
  assert.equal((await ask(subagent).answer).status, 204, 'nobody watches');
  const viewer = (present: boolean) => command('presence', { viewer: 'v1', present });
  await viewer(true);
  assert.equal((await ask(subagent).answer).status, 204, 'no stream is open');
  const events: string[] = [];
  const close = openStream({
    url: `${server.url}/api/stream`,
    onEvent: ({ name, data }) => name === 'permissions' && events.push(data),
    onEnd: () => {},
  });
  await server.until<string>('/api/permissions', () => events.length > 0);
  assert.equal((await viewer(true)).status, 200);
  const hook = ask(subagent);
  const one = await theOne();
  assert.deepEqual(one.subagent, { id: 'a1b2', type: 'tester' });
  // The item of an earlier request may still be there.
  await server.until<AttentionAnswer>('/api/attention', ({ attention }) =>
    attention.some(({ reason }) => reason.includes('for its subagent tester')),
  );
  await viewer(false);
  assert.equal((await hook.answer).status, 204);
  assert.equal((await ended(one.id)).outcome, 'released');
  close();
});

test('sessions of other projects, and malformed requests, are let go at once', async () => {
  const foreign = { session_id: 'f0000000-0000-4000-8000-000000000000' };
  write('busy', { sessionId: foreign.session_id, cwd: '/' });
  await server.until<{ agents: unknown[] }>('/api/agents', ({ agents }) => agents.length === 0);
  const event = { hook_event_name: 'PermissionRequest', tool_name: 'Bash', tool_input: INPUT, ...foreign };
  assert.equal((await sendHook(server.url, event).answer).status, 204);
  write('busy');
  await server.until<{ agents: unknown[] }>('/api/agents', ({ agents }) => agents.length === 1);
  for (const more of [{ session_id: '' }, { tool_name: 7 }, { permission_suggestions: 'x' }, { agent_id: [] }]) {
    assert.equal((await ask(more).answer).status, 204, JSON.stringify(more));
  }
  let deep: unknown = 1;
  for (let level = 0; level < 2000; level += 1) deep = [deep];
  assert.equal((await ask({ tool_input: deep }).answer).status, 204);
  await held(0);
});

test('POST /api/permissions/{id}: bad bodies and unknown ids are refused, and answer nothing', async () => {
  const hook = ask();
  const { id } = await theOne();
  const bad = [{}, { behavior: 'ask' }, { behavior: 'deny', message: 7 }, { behavior: 'allow', suggestion: 1 }];
  const others = [{ behavior: 'allow', suggestion: -1 }, { behavior: 'allow', mode: 'bypassPermissions' }, []];
  for (const body of [...bad, ...others]) {
    assert.equal((await command(id, body)).status, 422, JSON.stringify(body));
  }
  assert.equal((await command(id, { behavior: 'allow' }, { origin: 'https://evil.example' })).status, 403);
  assert.equal((await command('p-unknown', { behavior: 'allow' })).status, 404);
  await held(1);
  await command(id, { behavior: 'deny', message: 'Not \u202e now' });
  assert.deepEqual((await hook.answer).decision, { behavior: 'deny', message: 'Not \u202e now' });
});

test('100 requests are held while everything else is answered; SIGTERM lets them go, and a restart forgets them', async () => {
  const hooks = Array.from({ length: 100 }, (_, index) => ask({ session_id: `unknown-${index}` }));
  const [one] = await held(100);
  assert.ok(one);
  assert.equal((await server.health())?.status, 'healthy');
  await command(one.id, { behavior: 'allow' });
  assert.equal(await server.stop(), 0);
  const replies = await Promise.all(hooks.map(({ answer }) => answer));
  assert.equal(replies.filter(({ status }) => status === 204).length, 99);
  await server.start();
  assert.equal((await command(one.id, { behavior: 'allow' })).status, 404);
  await held(0);
});

test('ACTIONS without permissions: nothing is held, and no answer is taken', async () => {
  const locked = await ProductionServer.started(settings({ ACTIONS: 'locks' }));
  const former = server;
  server = locked;
  try {
    assert.equal((await ask().answer).status, 204);
    assert.equal((await command('p-1', { behavior: 'allow' })).status, 403);
    assert.equal((await command('presence', { viewer: 'v', present: true })).status, 403);
  } finally {
    server = former;
    await locked.stop();
  }
});
