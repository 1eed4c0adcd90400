/**
 * Sessions of Claude Code on the production server: a folder of Claude Code with the session of this test's own
 * process, in a project without any files of a swarm.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Agent, AgentsAnswer, AttentionAnswer, Stats } from '../../lib/contract/schemas';
import { ownPidDomain } from '../../lib/sources/claude-code/session-process';
import { ClaudeTestFolder, sessionFile } from '../support/claude-folder';
import { ProductionServer } from '../support/production-server';
import { openStream } from '../support/sse-client';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'claude-sessions-')));
const root = join(folder, 'project');
const claude = new ClaudeTestFolder();
const begun = encodeURIComponent(new Date().toISOString());
let server: ProductionServer;

/** Field 22 of a process; the command before it may contain anything. */
function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function write(status: string, waitingFor?: string): number {
  const at = Date.now();
  const own = { procStart: startOf(process.pid), pidDomain: ownPidDomain(), cwd: root, name: 'shop-1a' };
  const now = { status, statusUpdatedAt: at, updatedAt: at, ...(waitingFor !== undefined && { waitingFor }) };
  claude.writeSession(process.pid, sessionFile(process.pid, { ...own, ...now }));
  return at;
}

before(async () => {
  mkdirSync(root);
  write('idle');
  server = await ProductionServer.started({
    CLAUDESWARM_ROOT: root,
    SWARM_HISTORY: join(folder, 'history.sqlite'),
    CLAUDE_CONFIG_DIR: claude.path,
  });
});
after(async () => {
  await server?.stop();
  claude.remove();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

const shown = ({ agents }: AgentsAnswer) =>
  agents.map(({ id, source, health, activity }) => `${id} ${source} ${health} ${activity.state}`);

test('GET /api/agents: a session in a project without swarm files is an agent, and nothing is a fault', async () => {
  const answer = await server.until<AgentsAnswer>('/api/agents', ({ agents }) => agents.length > 0);
  assert.deepEqual(shown(answer), ['shop-1a claude-code active idle']);
  assert.equal((await server.health())?.status, 'healthy');
  const { attention } = await server.get<AttentionAnswer>('/api/attention');
  assert.deepEqual(attention, []);
  const page = await (await fetch(server.url)).text();
  assert.match(page, /shop-1a/);
  assert.doesNotMatch(page, /older data|Old data/, 'no swarm files are missed');
});

test('GET /api/stream: a session that begins to wait is an event, and an attention item', async () => {
  const seen: Agent[] = [];
  const states = () => seen.map(({ activity }) => activity.state);
  const close = openStream({
    url: `${server.url}/api/stream`,
    onEvent: ({ name, data }) => name === 'agents' && seen.push(...(JSON.parse(data) as AgentsAnswer).agents),
    onEnd: () => {},
  });
  while (seen.length === 0) await delay(20);
  const at = write('waiting', 'permission prompt');
  while (states().at(-1) !== 'waiting') await delay(20);
  close();
  assert.deepEqual([...new Set(states())], ['idle', 'waiting'], 'no state that never was');
  const agent = seen.at(-1) as Agent;
  assert.equal(agent.activity.reason, 'Its session waits for a person: permission prompt.');
  assert.equal(Date.parse(agent.activity.since ?? ''), at);
  const { attention } = await server.until<AttentionAnswer>('/api/attention', ({ count }) => count > 0);
  assert.deepEqual(
    attention.map(({ id, severity }) => `${id} ${severity}`),
    ['permission_waiting:shop-1a warning'],
  );
  const stats = await server.until<Stats>('/api/stats', ({ waiting_count }) => waiting_count === 1);
  assert.equal(stats.idle_count, 0);
});

test('GET /api/timeline: the lane of the session shows what it did, and a past moment has its activity', async () => {
  const answered = write('busy');
  await server.until<AgentsAnswer>('/api/agents', ({ agents }) => agents[0]?.activity.state === 'working');
  type Timeline = { activity: { agent: string; state: string; until: string | null }[] };
  const { activity } = await server.until<Timeline>(`/api/timeline?since=${begun}&points=2000`, (one) =>
    one.activity.some(({ state }) => state === 'working'),
  );
  assert.deepEqual(
    activity.map(({ agent, state }) => `${agent} ${state}`),
    ['shop-1a idle', 'shop-1a waiting', 'shop-1a working'],
  );
  const past = await server.get<{ agents: AgentsAnswer }>(
    `/api/state?at=${encodeURIComponent(new Date(answered - 1).toISOString())}`,
  );
  assert.deepEqual(shown(past.agents), ['shop-1a claude-code active waiting']);
  assert.equal(past.agents.agents[0]?.work, null);
});

test('GET /api/agents: a session whose file is removed leaves', async () => {
  claude.remove(`sessions/${process.pid}.json`);
  const { departed } = await server.until<AgentsAnswer>('/api/agents', ({ agents }) => agents.length === 0);
  assert.deepEqual(
    departed.map(({ id, left_reason }) => `${id}: ${left_reason}`),
    ['shop-1a: The files of Claude Code no longer list it.'],
  );
});
