import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { contextFor } from '../../../../test/support/serve-route';
import { hookTokenFile } from '../../../config/hook-token';
import type { HookPayload } from '../../../sources/claude-code/hook-payloads';
import { answerDirectly } from '../../front/direct-answers';
import { gateRequests } from '../../front/request-gate';
import { watchConnections } from '../../http/request-connection';
import { metrics } from '../../metrics/metrics';
import { serveEndpoints } from '../routes';
import { ENDPOINTS } from './endpoints';

const TOKEN = 'swarm_0123456789abcdef0123456789abcdef';
const PATH = '/hooks/claude';
const MAX_BYTES = 2_000_000;
const folder = mkdtempSync(join(tmpdir(), 'hooks-'));
const bodies = readFileSync(join(import.meta.dirname, '../../../../test/fixtures/claude-code/hooks.jsonl'), 'utf8')
  .trim()
  .split('\n');
const taken: HookPayload[] = [];
/** Never ready: hooks are answered before the swarm is read. */
const runtime = { takeHook: (payload: HookPayload) => taken.push(payload), ready: () => new Promise<never>(() => {}) };
const server = createServer((_request, response) => response.end('behind'));
let url = '';

before(async () => {
  mkdirSync(join(folder, 'claude-swarm-dashboard'));
  writeFileSync(hookTokenFile(join(folder, 'claude-swarm-dashboard')), `${TOKEN}\n`, { mode: 0o600 });
  const { direct, bodyLimits } = serveEndpoints(ENDPOINTS, contextFor(runtime, { XDG_STATE_HOME: folder }));
  watchConnections();
  answerDirectly(server, direct);
  gateRequests(server, { development: false, maxBytes: (asked) => bodyLimits[asked] ?? 65_536 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`;
});
beforeEach(() => {
  taken.length = 0;
});
after(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

async function post(body: string | ReadableStream, headers: Record<string, string> = {}) {
  const given = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers };
  const response = await fetch(url, { method: 'POST', body, headers: given, duplex: 'half' } as RequestInit);
  const text = await response.text();
  const type = response.headers.get('content-type');
  const code = type === 'application/problem+json' ? String(JSON.parse(text).type).split(':').at(-1) : null;
  return { status: response.status, text, code };
}

test('POST /hooks/claude: every captured event is answered with an empty 204, and the used ones are taken', async () => {
  for (const body of bodies) assert.deepEqual(await post(body), { status: 204, text: '', code: null });
  const used = bodies.filter((body) => /"hook_event_name":"(Perm|Notif|Stop|UserPromptS|SessionE)/.test(body));
  assert.deepEqual(
    taken.map(({ hook_event_name, session_id }) => ({ hook_event_name, session_id })),
    used.map((body) => JSON.parse(body)).map(({ hook_event_name, session_id }) => ({ hook_event_name, session_id })),
  );
});

test('POST /hooks/claude: unknown events and incomplete ones are accepted and ignored', async () => {
  for (const body of ['{}', '{"hook_event_name":"New"}', '{"hook_event_name":"Stop"}', '{"hook_event_name":7}']) {
    assert.equal((await post(body)).status, body.endsWith('7}') ? 422 : 204, body);
  }
  assert.deepEqual(taken, []);
});

test('POST /hooks/claude: a body that is no JSON object is refused with a problem', async () => {
  assert.deepEqual([(await post('{"a":')).status, (await post('{"a":')).code], [400, 'malformed_body']);
  for (const body of ['[]', '3', 'null', '']) assert.equal((await post(body)).code, 'invalid_parameter', body);
  assert.equal((await post('{}', { 'content-type': 'text/plain' })).code, 'unsupported_media_type');
});

test('POST /hooks/claude: without the token nothing is taken, also from this computer', async () => {
  const stop = '{"hook_event_name":"Stop","session_id":"a"}';
  for (const authorization of ['', 'Bearer x', `Bearer ${TOKEN}x`, `Basic ${btoa(`hooks:${TOKEN}`)}`]) {
    const { status, code } = await post(stop, { authorization });
    assert.deepEqual([status, code], [401, 'hook_token_required'], authorization);
  }
  assert.equal((await post(stop, { origin: 'https://evil.example' })).code, 'cross_origin');
  assert.deepEqual(taken, []);
});

test('POST /hooks/claude: bodies up to the limit are taken, larger ones are refused, announced or not', async () => {
  const ask = (bytes: number) => {
    const start =
      '{"hook_event_name":"PermissionRequest","session_id":"a","tool_name":"Write","tool_input":{"content":"';
    return `${start}${'x'.repeat(bytes - start.length - 3)}"}}`;
  };
  assert.equal((await post(ask(MAX_BYTES))).status, 204);
  const [payload] = taken;
  assert.ok(payload?.hook_event_name === 'PermissionRequest');
  assert.ok(payload.tool_input.length <= 2_000);
  assert.equal((await post(ask(MAX_BYTES + 1))).code, 'body_too_large');
  const chunked = new Blob([ask(MAX_BYTES + 1)]).stream();
  // The connection ends with the answer, which the client may notice first.
  const { code } = await post(chunked).catch(() => ({ code: 'body_too_large' }));
  assert.equal(code, 'body_too_large');
  assert.equal(taken.length, 1);
});

test('POST /hooks/claude: deeply nested input is taken without it', async () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const body = `{"hook_event_name":"PermissionRequest","session_id":"a","tool_name":"X","tool_input":${deep}}`;
  assert.equal((await post(body)).status, 204);
  assert.equal(taken.length, 1);
});

test('POST /hooks/claude: a client that leaves in the middle of its body is no fault of this server', async () => {
  const faults = async () => JSON.stringify((await metrics().errors.get()).values);
  const before = await faults();
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const head = `POST ${PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n`;
  socket.write(`${head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"hook`);
  const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
  const answered = new Promise((resolve) => response.once('close', resolve));
  socket.destroy();
  await answered;
  assert.equal((await post('{}')).status, 204);
  assert.equal(await faults(), before);
  assert.deepEqual(taken, []);
});
