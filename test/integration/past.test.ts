/** The past over HTTP: the state at a moment, one agent, one file; shapes, cursors and refusals. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { agentHistory, lockHistory, pastState } from '../../lib/contract/past-schemas';
import type { AgentsAnswer, LocksAnswer, Problem } from '../../lib/contract/schemas';
import { lockFileName } from '../../lib/sources/claudeswarm/lock-entry';
import { LOCKS_FOLDER } from '../../lib/sources/claudeswarm/locks';
import { createLock, LogWriter } from '../../lib/sources/claudeswarm/writer';
import { ProductionServer } from '../support/production-server';

const ODD_ID = 'a/b ü%';
/** Ids that cannot be part of a path. */
const UNPLACEABLE_IDS = ['.', '..', ' ', ' agent-0 ', '../agent-0', '%2E%2E', '?', '#'];
const folder = mkdtempSync(join(tmpdir(), 'past-'));
const root = join(folder, 'swarm');
const server = new ProductionServer({ CLAUDESWARM_ROOT: root, SWARM_HISTORY: join(folder, 'history.sqlite') });
/**
 * A moment at which `agent-0` had locked `src/a.ts` and both agents were listed, and a moment after both facts had
 * ended.
 */
let busy = '';
let quiet = '';

before(async () => {
  mkdirSync(join(root, LOCKS_FOLDER), { recursive: true });
  createLock(root, { agentId: 'agent-0', filepath: 'src/a.ts', reason: 'first', now: Date.now() });
  writeRegistry('agent-0', ODD_ID, ...UNPLACEABLE_IDS);
  const log = new LogWriter(root);
  log.appendAll(['one', 'two'].map((content) => messageOf(content)));
  await server.start();
  await eventually('/api/agents', ({ agents }: AgentsAnswer) => agents.length === 2 + UNPLACEABLE_IDS.length);
  createLock(root, { agentId: ODD_ID, filepath: 'src/*.ts', reason: 'all of it', now: Date.now() });
  await eventually('/api/locks', ({ count }: LocksAnswer) => count === 2);
  await wait(600);
  busy = new Date().toISOString();
  await wait(100);
  for (const path of ['src/a.ts', 'src/*.ts']) unlinkSync(join(root, LOCKS_FOLDER, lockFileName(path)));
  writeRegistry('agent-0');
  log.appendAll([messageOf('three'), ...UNPLACEABLE_IDS.map((id) => ({ ...messageOf('hello'), sender: id }))]);
  log.close();
  await eventually('/api/agents', ({ agents }: AgentsAnswer) => agents.length === 1);
  await eventually('/api/locks', ({ count }: LocksAnswer) => count === 0);
  await eventually('/api/messages', ({ count }: { count: number }) => count === 3 + UNPLACEABLE_IDS.length);
  await wait(600);
  quiet = new Date().toISOString();
});

after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

function messageOf(content: string): object {
  return { sender: 'agent-0', timestamp: new Date().toISOString(), msg_type: 'INFO', content, recipients: [ODD_ID] };
}

function writeRegistry(...ids: string[]): void {
  const agents = ids.map((id, n) => ({
    id,
    pid: 4_194_400 + n,
    status: 'active',
    last_seen: new Date().toISOString(),
  }));
  writeFileSync(join(root, 'ACTIVE_AGENTS.json'), JSON.stringify({ session_name: 'shop', agents }));
}

async function eventually<Answer>(path: string, holds: (answer: Answer) => boolean): Promise<void> {
  for (let tries = 0; !holds(await server.get<Answer>(path)); tries++) {
    assert.ok(tries < 500, `waited in vain for ${path}`);
    await wait(20);
  }
}

test('the state at a moment: agents, locks with their overlaps, messages until then', async () => {
  const then = pastState.parse(await server.get(`/api/state?at=${busy}`));
  assert.deepEqual(then.unknown, []);
  assert.deepEqual(
    then.agents.agents.slice(0, 2).map(({ id, health, status }) => [id, health, status]),
    [
      ['agent-0', 'active', 'active'],
      [ODD_ID, 'active', 'active'],
    ],
  );
  assert.equal(then.agents.session_name, 'shop');
  assert.deepEqual(
    then.locks.locks.map(({ agent_id, reason, conflicts_with }) => [agent_id, reason, conflicts_with.length]).sort(),
    [
      [ODD_ID, 'all of it', 1],
      ['agent-0', 'first', 1],
    ],
  );
  assert.deepEqual([then.stats.agent_count, then.stats.lock_count, then.stats.message_count], [10, 2, 2]);
  assert.deepEqual(
    then.messages.messages.map(({ content }) => content),
    ['one', 'two'],
  );
  assert.equal(then.sources.registry.state, 'ok');
  const now = pastState.parse(await server.get(`/api/v1/state?at=${quiet}`));
  assert.deepEqual([now.stats.agent_count, now.locks.count, now.messages.count], [1, 0, 11]);
});

test('GET /api/state: before the first recording nothing is known, and the answer says so', async () => {
  const { agents, locks, unknown, known_since } = pastState.parse(
    await server.get('/api/state?at=2020-01-01T00:00:00Z'),
  );
  assert.deepEqual([agents.agents, locks.locks], [[], []]);
  assert.deepEqual(
    unknown.map(({ since, until, about }) => [since, until, about]),
    [[null, known_since, 'everything']],
  );
});

test('one agent: any id, page by page', async () => {
  const path = `/api/agents/${encodeURIComponent(ODD_ID)}`;
  const all = agentHistory.parse(await server.get(path));
  assert.equal(all.agent, null, 'it is no longer listed');
  assert.deepEqual([all.id, all.health.length, all.lock_spans.length], [ODD_ID, 1, 1]);
  assert.deepEqual(all.talks_with[0], { agent: 'agent-0', sent: 0, received: 3 });
  assert.deepEqual(
    all.talks_with.slice(1).toSorted((one, other) => (one.agent < other.agent ? -1 : 1)),
    UNPLACEABLE_IDS.toSorted().map((agent) => ({ agent, sent: 0, received: 1 })),
  );
  const first = agentHistory.parse(await server.get(`${path}?limit=1`));
  const second = agentHistory.parse(await server.get(`${path}?limit=1&before=${first.previous_cursor}`));
  assert.deepEqual([...first.lock_spans, ...second.lock_spans], all.lock_spans);
  assert.deepEqual([...first.health, ...second.health], all.health);
  assert.equal(second.previous_cursor, null);
  const present = agentHistory.parse(await server.get('/api/agents/agent-0'));
  assert.deepEqual([present.agent?.id, present.messages.sent], ['agent-0', { INFO: 3 }]);
});

test('GET /api/agent: accepts any id, also those that cannot be part of a path', async () => {
  for (const id of [...UNPLACEABLE_IDS, ODD_ID, 'agent-0']) {
    const query = new URLSearchParams({ id });
    assert.equal(agentHistory.parse(await server.get(`/api/agent?${query}`)).id, id);
    assert.equal(agentHistory.parse(await server.get(`/api/v1/agent?${query}&limit=1`)).id, id);
  }
  for (const id of UNPLACEABLE_IDS) {
    const own = new URLSearchParams({ sender: id });
    const { messages } = await server.get<{ messages: { sender: string }[] }>(`/api/messages?${own}`);
    assert.deepEqual(
      messages.map(({ sender }) => sender),
      [id],
    );
  }
  const unknown = await fetch(`${server.url}/api/agent?id=`);
  assert.equal(unknown.status, 404);
  assert.match(((await unknown.json()) as Problem).detail ?? '', /""/);
});

test('GET /api/agents/{id}: dots that a client sends encoded are an id', async () => {
  for (const [path, id] of [
    ['/api/agents/%2E%2E', '..'],
    ['/api/agents/%2e?limit=5', '.'],
    ['/api/v1/agents/.%2E', '..'],
  ]) {
    assert.equal((JSON.parse(await rawGet(`${path}`)) as { id: string }).id, id);
  }
});

/** `fetch` resolves dots as folders before it sends a request. */
async function rawGet(path: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  const request = httpGet({ hostname, port, path });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return text(response);
}

test('one file: its holders, also filtered by one holder', async () => {
  const { spans, count } = lockHistory.parse(await server.get('/api/locks/history?filepath=src/a.ts'));
  assert.deepEqual(
    spans.map(({ agent, state, reason, ended }) => [agent, state, reason, ended]),
    [['agent-0', 'held', 'first', 'released']],
  );
  assert.equal(count, 1);
  const other = lockHistory.parse(await server.get('/api/locks/history?filepath=src/a.ts&holder=agent-9'));
  assert.equal(other.count, 0);
});

for (const [path, status, says] of [
  ['/api/state', 422, /at is missing/],
  ['/api/state?at=yesterday', 422, /ISO 8601/],
  ['/api/state?at=2999-01-01T00:00:00Z', 422, /in the future/],
  ['/api/agents/nobody', 404, /nobody/],
  ['/api/agents/agent-0?before=x', 422, /cursor/],
  ['/api/agents/agent-0?before=elsewhere.1', 410, /another history/],
  ['/api/locks/history', 422, /filepath is missing/],
  ['/api/locks/history?filepath=a&limit=x&before=x', 422, /limit .* before /],
  ['/api/locks/history?filepath=a&before=elsewhere.1', 410, /another history/],
] as const) {
  test(`GET ${path} is answered with ${status}`, async () => {
    const response = await fetch(`${server.url}${path}`);
    assert.equal(response.status, status);
    assert.match(((await response.json()) as Problem).detail, says);
  });
}
