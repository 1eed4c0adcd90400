/** The route table compared with the server: every route, every answer, every refusal. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { problemsOf } from '../../lib/contract/endpoint';
import { API_PREFIX, PAGES } from '../../lib/contract/path-list';
import { PROBLEM_STATUSES, type ProblemStatus, problemExamples } from '../../lib/contract/problems';
import { type LocksAnswer, problem } from '../../lib/contract/schemas';
import { STREAM_EVENTS, streamEvent } from '../../lib/contract/stream-schemas';
import { METHODS } from '../../lib/server/http/methods';
import { Simulator } from '../../lib/simulator/simulator';
import { type DescribedRoute, ROUTES } from '../support/answers';
import { PROJECT, ProductionServer } from '../support/production-server';
import { SseParser } from '../support/sse-client';

/** Answers every path that begins with /api. */
/** They do not change twice in a simulated swarm to which nothing is sent. */
const RARE_EVENTS = ['connected', 'sources', 'permissions', 'outgoing'];
const CATCH_ALL = '/api/[[...path]]';
const AUTHORIZATION = `Basic ${Buffer.from('ann:pass:word').toString('base64')}`;

const folder = mkdtempSync(join(tmpdir(), 'documents-'));
const claudeFolder = join(folder, 'claude');
const simulator = new Simulator({ root: join(folder, 'swarm'), claudeFolder, seed: 3, messagesPerSecond: 20 });
const server = new ProductionServer({
  CLAUDESWARM_ROOT: join(folder, 'swarm'),
  CLAUDE_CONFIG_DIR: claudeFolder,
  SWARM_HISTORY: join(folder, 'history.sqlite'),
  DASHBOARD_USERNAME: 'ann',
  DASHBOARD_PASSWORD: 'pass:word',
  // Wrong credentials are tried once at every route.
  LIMIT_LOGINS_PER_MINUTE: String(ROUTES.length),
  LIMIT_STREAMS_PER_CLIENT: '2',
});
/** A path with a lock. */
let held = '';

before(async () => {
  simulator.prepare();
  simulator.start();
  await server.start();
  while (held === '') {
    const { locks } = JSON.parse((await ask('/api/locks')).body) as LocksAnswer;
    held = typeof locks[0]?.filepath === 'string' ? locks[0].filepath : '';
    await delay(20);
  }
});

after(async () => {
  await Promise.all([server.stop(), simulator.stop()]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

interface Asking {
  method?: string;
  headers?: Record<string, string>;
}

/** Sends a request with credentials unless `headers` has others. */
function ask(path: string, { method = 'GET', headers = {} }: Asking = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { authorization: AUTHORIZATION, ...headers };
    const call = request({ host: '127.0.0.1', port: server.port, path, method, headers: all }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const { statusCode = 0, headers: given } = response;
        resolve({ status: statusCode, headers: given, body: Buffer.concat(chunks).toString() });
      });
    });
    call.on('error', reject);
    call.end();
  });
}

function builtRoutes(file: 'route.ts' | 'page.tsx'): string[] {
  return (
    readdirSync(join(PROJECT, 'app'), { recursive: true, encoding: 'utf8' })
      // What is below `static` is an asset.
      .filter((path) => (path === file || path.endsWith(`/${file}`)) && !path.startsWith('static/'))
      .map((path) => `/${path.slice(0, -file.length)}`.replace(/(.)\/$/, '$1'))
  );
}

test('the table contains every built route and page, and no others', () => {
  const others = ROUTES.map(({ path }) => path).filter((path) => !path.startsWith(`${API_PREFIX}/`));
  assert.deepEqual(builtRoutes('route.ts').sort(), [CATCH_ALL, ...others].sort());
  assert.deepEqual(builtRoutes('page.tsx').sort(), [...PAGES]);
});

/** Queries that are answered with 200, for routes that require one. */
function addressOf({ path }: DescribedRoute): string {
  const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
  const queries: Record<string, string> = {
    '/api/messages': '?limit=20',
    '/api/state': `?at=${new Date().toISOString()}`,
    '/api/locks/history': `?${new URLSearchParams({ filepath: held })}`,
    '/api/agent': '?id=agent-0',
    '/api/agent/terminal': '?id=agent-0',
    '/api/bundle': `?since=${hourAgo}`,
  };
  return path.replace('{id}', 'agent-0') + (queries[path] ?? '');
}

/** A request for each kind of refusal. */
function provoke(status: ProblemStatus, route: DescribedRoute): { path: string } & Asking {
  const path = addressOf(route);
  const faulty: Record<string, string> = {
    '/api/messages': '?limit=many&since=yesterday&before=a.1&after=a.2',
    '/api/agents/{id}': '?before=nonsense',
    '/api/locks/history': '',
    '/api/agent': '',
    '/api/agent/terminal': '',
    '/api/agents/{id}/terminal': '?mode=all',
    '/api/locks': '?limit=many',
    '/api/state': '?at=2999-01-01T00:00:00Z',
    '/api/work/memory': `?agent=${'x'.repeat(1001)}`,
  };
  const separator = path.includes('?') ? '&' : '?';
  switch (status) {
    case 400:
      return { path: `${route.path.replace('{id}', 'a')}/%` };
    case 401:
      return { path, headers: { authorization: 'Basic bm9ib2R5OmF0IGFsbA==' } };
    case 403:
      return { path, headers: { host: 'evil.example' } };
    case 404:
      return { path: '/api/agents/nobody' };
    case 405:
      return { path, method: 'DELETE' };
    case 410:
      return { path: `${path}${separator}before=elsewhere.1` };
    case 413:
      return { path, headers: { 'content-length': '70000' } };
    case 414:
      return { path: `${path}${separator}padding=${'x'.repeat(9000)}` };
    case 422:
      return { path: route.path.replace('{id}', 'agent-0') + (faulty[route.path] ?? '?since=yesterday') };
    case 426:
      return { path };
    default:
      throw new Error(`Nothing provokes ${status} here.`);
  }
}

/**
 * Refusals that need more than one request, a long one, or another server: tested below, in bodies.test.ts and
 * bundle.test.ts, or with a broken server.
 */
const ELSEWHERE: readonly ProblemStatus[] = [408, 409, 429, 500, 503];

function assertProblem({ status, headers, body }: Answer, expected: ProblemStatus): void {
  assert.equal(status, expected, body);
  assert.match(headers['content-type'] ?? '', /^application\/problem\+json/);
  const read = JSON.parse(body);
  assert.deepEqual(problem.parse(read), read);
  assert.equal(read.status, expected);
  const shown = Object.values(problemExamples(expected)).map(({ type, title }) => `${type} ${title}`);
  assert.ok(shown.includes(`${read.type} ${read.title}`), `${read.type} has no example`);
  for (const name of Object.keys(PROBLEM_STATUSES[expected].headers ?? {})) {
    assert.ok(headers[name.toLowerCase()], `${name} of ${expected}`);
  }
}

/** Read-only routes; those that change something are tested in attention-state.test.ts. */
const READS = ROUTES.filter(({ method }) => method === undefined);

/** The methods of a path as `Allow` lists them. */
function allowedAt(path: string): string {
  const declared = ROUTES.filter((route) => route.path === path).map(({ method }) => method ?? 'GET');
  const given = new Set<string>([...declared, 'OPTIONS', ...(declared.includes('GET') ? ['HEAD'] : [])]);
  return METHODS.filter((method) => given.has(method)).join(', ');
}

describe('every route', () => {
  for (const route of READS.filter(({ streams }) => !streams)) {
    const { path, answer } = route;

    test(`GET ${path} matches its schema, with and without a version`, async () => {
      const address = addressOf(route);
      const { status, headers, body } = await ask(address);
      assert.equal(status, 200, body);
      assert.ok(headers['content-type']?.startsWith(answer.mediaType), headers['content-type']);
      if (answer.schema) {
        const read = JSON.parse(body);
        // A schema leaves out unknown fields.
        assert.deepEqual(answer.schema.parse(read), read);
        const shown = Object.keys(answer.example as object);
        assert.deepEqual(
          shown.filter((name) => !(name in read)),
          [],
          'fields of the example',
        );
      }
      if (path.startsWith('/api/')) {
        const twin = await ask(address.replace('/api/', '/api/v1/'));
        assert.deepEqual([twin.status, twin.headers['content-type']], [200, headers['content-type']]);
      }
      const head = await ask(address, { method: 'HEAD' });
      assert.deepEqual([head.status, head.body], [200, '']);
    });
  }

  for (const route of READS) {
    test(`GET ${route.path} has the refusals that it declares`, async () => {
      for (const status of problemsOf(route).filter((one) => !ELSEWHERE.includes(one))) {
        const { path, ...asking } = provoke(status, route);
        assertProblem(await ask(path, asking), status);
      }
      const options = await ask(route.path.replace('{id}', 'a'), { method: 'OPTIONS' });
      assert.deepEqual([options.status, options.headers.allow], [204, allowedAt(route.path)]);
    });
  }

  test('open routes need no credentials, all others do', async () => {
    for (const route of ROUTES) {
      const method = route.method ?? 'GET';
      const { status } = await ask(addressOf(route), { method, headers: { authorization: '' } });
      assert.equal(status, route.scope === 'open' ? 200 : 401, route.path);
    }
    for (const page of PAGES) assert.equal((await ask(page, { headers: { authorization: '' } })).status, 401, page);
  });
});

/** Follows the stream until every state has changed. @returns the names of the events in order */
function follow(lastEventId: string | null): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const seen: string[] = [];
    const headers = { authorization: AUTHORIZATION, ...(lastEventId !== null && { 'last-event-id': lastEventId }) };
    const call = request({ host: '127.0.0.1', port: server.port, path: '/api/stream', headers }, (response) => {
      const parser = new SseParser(({ name, data, lastEventId: id }) => {
        if (call.destroyed) return;
        seen.push(name);
        const event = { event: name, data: JSON.parse(data), ...(name === 'messages' && { id }) };
        try {
          assert.deepEqual(streamEvent.parse(event), event);
        } catch (error) {
          reject(error);
        }
        const count = (wanted: string) => seen.filter((one) => one === wanted).length;
        const live = Object.keys(STREAM_EVENTS).filter((one) => !RARE_EVENTS.includes(one));
        if (live.some((one) => count(one) < 2)) return;
        call.destroy();
        resolve(seen);
      });
      assert.match(response.headers['content-type'] ?? '', /^text\/event-stream/);
      response.on('data', (bytes: Buffer) => parser.feed(bytes));
    });
    call.on('error', reject);
    call.end();
  });
}

test('every event of the stream matches its schema: first states and changes, new and resumed', async () => {
  const { next_cursor } = JSON.parse((await ask('/api/messages?limit=1')).body) as { next_cursor: string };
  for (const place of [null, next_cursor]) {
    const seen = await follow(place);
    assert.deepEqual([...new Set(seen)].sort(), Object.keys(STREAM_EVENTS).sort());
    assert.equal(seen[0], 'connected');
  }
});

test('one stream more than may be open is refused', async () => {
  const open = () =>
    fetch(`${server.url}/api/stream`, { headers: { authorization: AUTHORIZATION }, signal: left.signal });
  const left = new AbortController();
  const streams = await Promise.all([open(), open()]);
  assert.deepEqual(
    streams.map(({ status }) => status),
    [200, 200],
  );
  assertProblem(await ask('/api/stream'), 503);
  left.abort();
});

test('the served OpenAPI document is that of the table, with URLs relative to its own', async () => {
  const { servers, paths, info } = JSON.parse((await ask('/openapi.json')).body);
  const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
  assert.deepEqual([servers[0].url, info.version], ['./', version]);
  assert.deepEqual(Object.keys(paths), [...new Set(ROUTES.map(({ path }) => path))]);
});

test('after too many wrong credentials further ones are not compared; the last test of this server', async () => {
  const wrong = { headers: { authorization: 'Basic bm9ib2R5OmF0IGFsbA==' } };
  while ((await ask('/api/agents', wrong)).status === 401);
  for (const route of ROUTES) {
    if (route.scope === 'open') assert.equal((await ask(addressOf(route))).status, 200);
    // Wrong tokens of hooks are not counted, so they are compared each time.
    else assertProblem(await ask(addressOf(route), wrong), route.scope === 'hook' ? 401 : 429);
  }
});
