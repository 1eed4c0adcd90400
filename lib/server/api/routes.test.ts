import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { contextFor, endpointFor } from '../../../test/support/serve-route';
import { API_PREFIX, PATHS } from '../../contract/path-list';
import { ACKNOWLEDGE_PATH, AGENTS_PATH, ATTENTION_ITEM_PATH, HEALTH_PATH, HOOKS_PATH } from '../../contract/paths';
import { ENDPOINTS } from './endpoints/endpoints';
import { serveEndpoints } from './routes';

const run = promisify(execFile);
const PROJECT = join(import.meta.dirname, '../../..');

/** Every endpoint, each answering with its own path. All are open, since no request is from a known connection. */
const OPEN = ENDPOINTS.map((one) =>
  endpointFor(({ query }) => Response.json({ path: one.path, ...query }), { ...one, scope: 'open' }),
);
const { answer } = serveEndpoints(OPEN, contextFor());

async function send(path: string, method: 'GET' | 'HEAD' | 'POST' | 'DELETE' | 'OPTIONS' = 'GET') {
  const headers = { host: 'localhost', 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
  const body = method === 'POST' ? '{"minutes":15}' : null;
  const response = await answer(method, new Request(`http://localhost${path}`, { method, headers, body }));
  const text = await response.text();
  return { status: response.status, allow: response.headers.get('allow'), body: text && JSON.parse(text) };
}

test('serveEndpoints(): a request reaches the endpoint of its path, also versioned, with the id as written', async () => {
  for (const path of [AGENTS_PATH, '/api/v1/agents', `${AGENTS_PATH}?q=1`]) {
    assert.deepEqual(await send(path), { status: 200, allow: null, body: { path: AGENTS_PATH } });
  }
  const acknowledged = await send('/api/v1/attention/a%2Fb%20c/ack', 'POST');
  assert.deepEqual(acknowledged.body, { path: ACKNOWLEDGE_PATH, id: 'a/b c' });
  assert.deepEqual((await send('/api/attention/%25', 'DELETE')).body, { path: ATTENTION_ITEM_PATH, id: '%' });
});

test('serveEndpoints(): finds requests from Next, whose paths lack the base path', async () => {
  const script = `
    const { routeName, routeNameInNext } = await import(${JSON.stringify(new URL('../http/route-names.ts', import.meta.url).href)});
    console.log(JSON.stringify([routeName('/team/swarm/api/v1/agents'), routeName('/api/agents'), routeNameInNext('/api/v1/agents')]));`;
  const words = ['--import', 'tsx', '--input-type=module', '-e', script];
  const { stdout } = await run(process.execPath, words, { env: { ...process.env, BASE_PATH: '/team/swarm' } });
  assert.deepEqual(JSON.parse(stdout), [AGENTS_PATH, '(other)', AGENTS_PATH]);
});

test('serveEndpoints(): HEAD and OPTIONS derive from the methods of a path, others are refused', async () => {
  assert.deepEqual(await send(AGENTS_PATH, 'HEAD'), { status: 200, allow: null, body: '' });
  assert.deepEqual(await send(AGENTS_PATH, 'OPTIONS'), { status: 204, allow: 'GET, HEAD, OPTIONS', body: '' });
  const refused = await send('/api/attention/a/ack');
  assert.deepEqual([refused.status, refused.allow], [405, 'OPTIONS, POST']);
});

test('serveEndpoints(): unknown paths are 404, including names of object members', async () => {
  for (const path of ['/api', '/api/nope', '/api/agents/a/b', '/api/toString', '/api/__proto__', '/API/agents']) {
    const { status, body } = await send(path);
    assert.deepEqual([status, body.detail], [404, `There is nothing at ${path}.`]);
  }
});

test('serveEndpoints(): a path without an endpoint stops the start', () => {
  const some = ENDPOINTS.filter(({ path }) => path !== AGENTS_PATH);
  assert.throws(() => serveEndpoints(some, contextFor()), /No endpoint is declared for \/api\/agents/);
});

test('serveEndpoints(): only endpoints declared as direct are answered in front of Next', () => {
  const { direct } = serveEndpoints(ENDPOINTS, contextFor());
  const present = ['agents', 'attention', 'locks', 'messages', 'stats', 'waiting'];
  const expected = [...['stream', ...present].map((name) => `${API_PREFIX}/${name}`), HEALTH_PATH, HOOKS_PATH];
  assert.deepEqual(Object.keys(direct).sort(), expected.sort());
});

test('paths.ts: no other code repeats the path of an endpoint', () => {
  const files = ['app', 'components', 'lib'].flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const texts = PATHS.map((path) => new RegExp(`['"\`(]${path.split('{')[0]}`));
  const found = files
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|^lib\/contract\/paths\.ts$/.test(file))
    .filter((file) => {
      const code = readFileSync(join(PROJECT, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*|\\`[^`\\]*\\`/g, '');
      return texts.some((text) => text.test(code));
    });
  assert.deepEqual(found, []);
});
