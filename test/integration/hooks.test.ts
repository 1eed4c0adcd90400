/** Events of hooks with the production server, over real HTTP. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { hookTokenFile } from '../../lib/config/hook-token';
import type { Sources } from '../../lib/contract/schemas';
import { ProductionServer } from '../support/production-server';
import { openStream } from '../support/sse-client';

const run = promisify(execFile);
const PROJECT = join(import.meta.dirname, '../..');
const COMMAND = join(PROJECT, 'bin/claude-swarm-dashboard.mjs');
const folder = mkdtempSync(join(tmpdir(), 'hooks-server-'));
const root = join(folder, 'root');
const state = join(folder, 'state');
const bodies = readFileSync(join(PROJECT, 'test/fixtures/claude-code/hooks.jsonl'), 'utf8').trim().split('\n');
let server: ProductionServer;
let token = '';

before(async () => {
  mkdirSync(root);
  server = await ProductionServer.started({
    ...{ CLAUDESWARM_ROOT: root, SWARM_HISTORY: 'off', XDG_STATE_HOME: state },
    // Otherwise permission requests are held: permissions.test.ts.
    ACTIONS: 'locks',
  });
});
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});

/** Runs the command as the user of the server would. */
async function hooks(action: 'install' | 'uninstall' | 'status'): Promise<string> {
  const words = ['hooks', action, '--url', server.url, '--yes'];
  const env = { PATH: process.env.PATH ?? '', HOME: folder, XDG_STATE_HOME: state } as unknown as NodeJS.ProcessEnv;
  return (await run(process.execPath, [COMMAND, ...words], { cwd: root, env })).stdout;
}

async function post(body: string, authorization = `Bearer ${token}`) {
  const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
  const response = await fetch(`${server.url}/hooks/claude`, { method: 'POST', body, headers });
  return { status: response.status, text: await response.text() };
}

const sources = async () => (await server.get<{ sources: Record<string, string> }>('/health')).sources;

test('without an installation no process of this computer can report events', async () => {
  assert.equal((await post('{"hook_event_name":"Stop","session_id":"a"}', '')).status, 401);
  assert.equal((await post('{"hook_event_name":"Stop","session_id":"a"}', 'Bearer x')).status, 401);
  assert.equal((await sources()).hooks, 'missing');
});

test('an installation is valid at once: 1,000 events are each answered with an empty 204, and the stream says so', async () => {
  await hooks('install');
  token = readFileSync(hookTokenFile(join(state, 'claude-swarm-dashboard')), 'utf8').trim();
  assert.match(await hooks('status'), /accepts the token/);
  assert.equal((await sources()).hooks, 'missing', 'an event that is not used is none');
  const receiving = new Promise<void>((resolve) => {
    const drop = openStream({
      url: `${server.url}/api/stream`,
      onEvent: ({ name, data }) => {
        if (name !== 'sources' || (JSON.parse(data) as Sources).hooks.state !== 'ok') return;
        drop();
        resolve();
      },
      onEnd: () => assert.fail('the stream ended'),
    });
  });
  for (let index = 0; index < 1_000; index++) {
    assert.deepEqual(await post(bodies[index % bodies.length] as string), { status: 204, text: '' });
  }
  await receiving;
  assert.equal((await sources()).hooks, 'ok');
});

test('an answer has no type and no body, also below /api/v1 there is nothing else', async () => {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(`${server.url}/hooks/claude`, { method: 'POST', body: '{}', headers });
  assert.deepEqual([response.status, response.headers.get('content-type')], [204, null]);
  const other = await fetch(`${server.url}/api/v1/hooks/claude`, { method: 'POST', body: '{}', headers });
  assert.equal(other.status, 404);
  for (const method of ['GET', 'DELETE']) {
    const refused = await fetch(`${server.url}/hooks/claude`, { method, headers });
    assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'OPTIONS, POST'], method);
  }
});

test('bodies of 2 MB are taken, larger ones are refused', async () => {
  const start = '{"hook_event_name":"PermissionRequest","session_id":"a","tool_name":"Write","tool_input":{"x":"';
  const body = (bytes: number) => `${start}${'x'.repeat(bytes - start.length - 3)}"}}`;
  assert.equal((await post(body(2_000_000))).status, 204);
  const large = await post(body(2_000_001));
  assert.deepEqual([large.status, JSON.parse(large.text).title], [413, 'Body too large']);
  assert.equal((await post('{"a"')).status, 400);
});

test('the token reads nothing, and is invalid once the hooks are uninstalled', async () => {
  const closed = await ProductionServer.started({
    ...{ CLAUDESWARM_ROOT: root, SWARM_HISTORY: 'off', XDG_STATE_HOME: state },
    ...{ DASHBOARD_USERNAME: 'anna', DASHBOARD_PASSWORD: 'secret' },
  });
  try {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const report = { method: 'POST', body: '{}', headers };
    assert.equal((await fetch(`${closed.url}/hooks/claude`, report)).status, 204);
    for (const path of ['/api/agents', '/api/stream', '/metrics', '/']) {
      assert.equal((await fetch(`${closed.url}${path}`, { headers })).status, 401, path);
    }
  } finally {
    await closed.stop();
  }
  await hooks('uninstall');
  assert.equal((await post('{}')).status, 401);
});
