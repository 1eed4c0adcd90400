/** Statements about sources that vanish, settings that change and a time zone that does not match; needs a build. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { tzOffset } from '@date-fns/tz';
import type { AgentsAnswer, AttentionAnswer, Health, LocksAnswer, Sources } from '../../lib/contract/schemas';
import { createLock } from '../../lib/sources/claudeswarm/writer';
import { ProductionServer } from '../support/production-server';

const DEADLINE_MS = 20_000;

async function scene(context: TestContext, settings: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sources-'));
  const root = join(folder, 'root');
  mkdirSync(join(root, '.agent_locks'), { recursive: true });
  const last_seen = new Date().toISOString();
  const agents = [{ id: 'agent-1', pane_index: 'm:0.0', pid: 4_200_000, status: 'active', last_seen }];
  writeFileSync(join(root, 'ACTIVE_AGENTS.json'), JSON.stringify({ session_name: 'm', agents }));
  createLock(root, { agentId: 'agent-1', filepath: 'a.ts', reason: 'work', now: Date.now() - 100_000 });
  const server = new ProductionServer({ CLAUDESWARM_ROOT: root, SWARM_HISTORY: join(folder, 'h.sqlite'), ...settings });
  context.after(() => {
    server.abandon();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });
  await server.start();
  return { root, server };
}

/** Sends requests until an answer passes the check. */
async function until<Answer>(server: ProductionServer, path: string, fits: (answer: Answer) => boolean) {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const answer = await server.get<Answer>(path);
    if (fits(answer)) return answer;
    if (performance.now() > deadline) assert.fail(`${path} is ${JSON.stringify(answer)}`);
    await delay(50);
  }
}

/** The sources from the first events of the stream. */
async function readSources(server: ProductionServer): Promise<Sources> {
  const response = await fetch(`${server.url}/api/stream`);
  assert.ok(response.body);
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const data = /event: sources\n(?:id: .*\n)?data: (.*)\n\n/.exec(text)?.[1];
    if (data !== undefined) return JSON.parse(data) as Sources;
  }
  return assert.fail('no sources');
}

test('a registry and a lock folder that vanish: the last content stays with an attention item, which ends when they are back', async (context) => {
  const { root, server } = await scene(context);
  await until<AgentsAnswer>(server, '/api/agents', ({ agents }) => agents.length === 1);
  await until<LocksAnswer>(server, '/api/locks', ({ count }) => count === 1);
  const away = `${root}-away`;
  mkdirSync(away);
  for (const name of ['ACTIVE_AGENTS.json', '.agent_locks']) renameSync(join(root, name), join(away, name));
  const { attention } = await until<AttentionAnswer>(
    server,
    '/api/attention',
    (answer) => answer.attention.filter(({ kind }) => kind === 'source_unreadable').length === 2,
  );
  const found = attention.filter(({ kind }) => kind === 'source_unreadable');
  assert.deepEqual(
    found.map(({ subject, severity }) => [subject, severity]),
    [
      ['registry', 'critical'],
      ['locks', 'warning'],
    ],
  );
  assert.match(
    found[0]?.reason ?? '',
    /^ACTIVE_AGENTS\.json was there until .*; it is gone\. Its last readable content is shown\.$/,
  );
  assert.equal((await server.get<AgentsAnswer>('/api/agents')).agents.length, 1);
  assert.equal((await server.get<LocksAnswer>('/api/locks')).count, 1);
  const health = await server.get<Health>('/health');
  assert.deepEqual([health.status, health.files.agents, health.files.locks_dir], ['degraded', false, false]);
  const { registry } = await readSources(server);
  assert.equal(registry.state, 'missing');
  assert.ok(registry.kept_from !== null && registry.kept_from <= registry.since);
  for (const name of ['ACTIVE_AGENTS.json', '.agent_locks']) renameSync(join(away, name), join(root, name));
  await until<AttentionAnswer>(server, '/api/attention', (answer) =>
    answer.attention.every(({ kind }) => kind !== 'source_unreadable'),
  );
});

test("the swarm's settings count when they are made or changed, and are refused with a notice", async (context) => {
  const { root, server } = await scene(context);
  const file = join(root, '.claudeswarm.yaml');
  const stale = (expected: boolean) => (answer: LocksAnswer) => answer.locks[0]?.stale === expected;
  await until<LocksAnswer>(server, '/api/locks', stale(false));
  writeFileSync(file, 'locking: {stale_timeout: 60}\n');
  await until<LocksAnswer>(server, '/api/locks', stale(true));
  writeFileSync(file, 'locking: [');
  const { attention } = await until<AttentionAnswer>(server, '/api/attention', (answer) =>
    answer.attention.some(({ subject }) => subject === 'config'),
  );
  assert.match(
    attention.find(({ subject }) => subject === 'config')?.reason ?? '',
    /the settings read before are used/,
  );
  assert.ok(stale(true)(await server.get<LocksAnswer>('/api/locks')));
  writeFileSync(file, 'locking: {stale_timeout: 900}\n');
  await until<LocksAnswer>(server, '/api/locks', stale(false));
  assert.deepEqual((await readSources(server)).config.state, 'ok');
  unlinkSync(file);
});

test('a log in another time zone causes a notice that names SWARM_TZ; a matching one ends it', async (context) => {
  const { root, server } = await scene(context, { TZ: 'UTC', SWARM_TZ: 'UTC' });
  let count = 0;
  const say = async (zone: string) => {
    const at = Date.now();
    const timestamp = new Date(at + tzOffset(zone, new Date(at)) * 60_000).toISOString().slice(0, -1);
    const line = {
      sender: 'agent-1',
      timestamp,
      msg_type: 'INFO',
      content: 'x',
      recipients: ['agent-2'],
      msg_id: `m${++count}`,
    };
    appendFileSync(join(root, 'agent_messages.log'), `${JSON.stringify(line)}\n`);
    await until<{ messages: { msg_id: unknown }[] }>(
      server,
      '/api/messages?limit=1',
      ({ messages }) => messages[0]?.msg_id === line.msg_id,
    );
  };
  for (let i = 0; i < 6; i++) await say('America/New_York');
  const { attention } = await until<AttentionAnswer>(server, '/api/attention', (answer) =>
    answer.attention.some(({ kind }) => kind === 'zone_mismatch'),
  );
  const entry = attention.find(({ kind }) => kind === 'zone_mismatch');
  assert.deepEqual([entry?.severity, entry?.why.setting], ['notice', 'SWARM_TZ']);
  assert.match(entry?.reason ?? '', /SWARM_TZ/);
  const { zone } = await readSources(server);
  assert.deepEqual([zone.state, zone.zone], ['degraded', 'UTC']);
  assert.match(zone.suggested ?? '', /for example America\/New_York/);
  for (let i = 0; i < 5; i++) await say('UTC');
  await until<AttentionAnswer>(server, '/api/attention', (answer) =>
    answer.attention.every(({ kind }) => kind !== 'zone_mismatch'),
  );
});
