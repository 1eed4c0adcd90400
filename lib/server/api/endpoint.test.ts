import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { z } from 'zod';
import { contextFor, endpointFor, serveRoute } from '../../../test/support/serve-route';
import { replaceOperatorKey } from '../../config/operator-key';
import { problem } from '../../contract/schemas';
import { createLog } from '../../platform/log';
import { ProblemError } from '../http/problem';
import { type Endpoint, endpoint, jsonResponse, missingEndpoint, stateResponse } from './endpoint';
import type { ServerContext } from './server-context';

const CREDENTIALS = { DASHBOARD_USERNAME: 'anna', DASHBOARD_PASSWORD: 'secret' };
const JSON_TYPE = { 'content-type': 'application/json' };
const folder = mkdtempSync(join(tmpdir(), 'endpoint-'));
const KEY_FILE = { OPERATOR_KEY_FILE: join(folder, 'operator-key') };
const OPERATOR = { authorization: `Bearer ${replaceOperatorKey(KEY_FILE.OPERATOR_KEY_FILE)}` };
const closing: (() => void)[] = [];
after(() => {
  for (const close of closing) close();
  rmSync(folder, { recursive: true });
});

async function serve(one: Endpoint, context: ServerContext = contextFor()): Promise<string> {
  return serveGiven(endpoint([one], context));
}

async function serveGiven(route: ReturnType<typeof endpoint>): Promise<string> {
  const { url, close } = await serveRoute(route);
  closing.push(close);
  return url;
}

const answer = () => jsonResponse('{"a":1}');
const answers = endpointFor(answer);
const probe = endpointFor(answer, { scope: 'open' });

test('endpoint(): GET answers with private data and nosniff', async () => {
  const response = await fetch(await serve(answers));
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.equal(response.headers.get('cache-control'), 'private, no-store');
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  assert.equal(response.headers.get('access-control-allow-origin'), null);
  assert.deepEqual(await response.json(), { a: 1 });
});

test('endpoint(): HEAD answers like GET and cancels the body', async () => {
  let cancelled = 0;
  const stream = () =>
    new ReadableStream({
      cancel: () => {
        cancelled++;
      },
    });
  const url = await serve(endpointFor(() => new Response(stream(), { headers: { 'X-Kept': 'yes' } })));
  const response = await fetch(url, { method: 'HEAD' });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('x-kept'), 'yes');
  assert.equal(await response.text(), '');
  assert.equal(cancelled, 1);
});

test('endpoint(): OPTIONS lists the allowed methods, and so does the refusal of others', async () => {
  const url = await serve(answers);
  const options = await fetch(url, { method: 'OPTIONS' });
  assert.equal(options.status, 204);
  assert.equal(options.headers.get('allow'), 'GET, HEAD, OPTIONS');
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    const response = await fetch(url, { method });
    assert.equal(response.status, 405, method);
    assert.equal(response.headers.get('allow'), 'GET, HEAD, OPTIONS');
    assert.equal(response.headers.get('content-type'), 'application/problem+json');
    assert.match(problem.parse(await response.json()).detail, new RegExp(`^${method} is not possible here`));
  }
});

test('missingEndpoint(): every method of an unknown path answers with a problem', async () => {
  const url = await serveGiven(missingEndpoint(contextFor()));
  for (const method of ['GET', 'POST', 'OPTIONS']) {
    const response = await fetch(`${url}nope?q=1`, { method });
    assert.equal(response.status, 404, method);
    assert.equal(problem.parse(await response.json()).detail, 'There is nothing at /api/nope.');
  }
});

test('endpoint(): a ProblemError is answered as such, any other error as a 500 without details', async () => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const shared = globalThis as Record<symbol, unknown>;
  shared[Symbol.for('claude-swarm-dashboard.log')] = createLog({ logLevel: 'info', logFormat: 'json' }, { write });
  const gone = await fetch(
    await serve(
      endpointFor(() => {
        throw new ProblemError('gone_cursor', 'That message has been pruned.');
      }),
    ),
  );
  assert.equal(gone.status, 410);
  assert.equal(problem.parse(await gone.json()).detail, 'That message has been pruned.');
  const broken = await fetch(
    await serve(
      endpointFor(async () => {
        throw new Error('secret');
      }),
    ),
  );
  assert.equal(broken.status, 500);
  assert.doesNotMatch(await broken.text(), /secret/);
  assert.equal(lines.length, 1);
  assert.doesNotMatch(lines.join(''), /secret/);
});

test('endpoint(): a handler waits for the first state, a probe does not', async () => {
  let known = false;
  let letKnow: () => void = () => {};
  const state = new Promise<void>((resolve) => {
    letKnow = () => {
      known = true;
      resolve();
    };
  });
  let waits: () => void = () => {};
  const waiting = new Promise<void>((resolve) => {
    waits = resolve;
  });
  const ready = () => {
    waits();
    return state;
  };
  const context = contextFor({ ready });
  const published = () => jsonResponse(String(known));
  assert.equal(await (await fetch(await serve(endpointFor(published, { scope: 'open' }), context))).text(), 'false');
  const asking = fetch(await serve(endpointFor(published), context));
  await waiting;
  letKnow();
  assert.equal(await (await asking).text(), 'true');
});

test('endpoint(): if the first state cannot be read, the answer says so', async () => {
  const context = contextFor({ ready: () => Promise.reject(new Error('no such disk')) });
  const response = await fetch(await serve(answers, context));
  assert.equal(response.status, 503);
  assert.doesNotMatch(await response.text(), /disk/);
});

test('stateResponse(): a state that is not known yet is unavailable', () => {
  assert.throws(() => stateResponse(null), { code: 'unavailable' });
});

test('endpoint(): requires credentials, except for probes and preflight requests', async () => {
  const context = contextFor({}, CREDENTIALS);
  const url = await serve(answers, context);
  const refused = await fetch(url);
  assert.equal(refused.status, 401);
  assert.match(refused.headers.get('www-authenticate') ?? '', /^Basic /);
  const authorization = `Basic ${Buffer.from('anna:secret').toString('base64')}`;
  assert.equal((await fetch(url, { headers: { authorization } })).status, 200);
  assert.equal((await fetch(url, { method: 'OPTIONS' })).status, 204);
  assert.equal((await fetch(await serve(probe, context))).status, 200);
});

test('allowOrigin(): only a listed origin is allowed', async () => {
  const url = await serve(answers, contextFor({}, { ALLOWED_ORIGINS: 'https://a.example, https://b.example' }));
  const from = (origin: string, method = 'GET') => fetch(url, { method, headers: { origin } });
  const listed = await from('https://b.example');
  assert.equal(listed.headers.get('access-control-allow-origin'), 'https://b.example');
  assert.equal(listed.headers.get('access-control-allow-credentials'), 'true');
  assert.match(listed.headers.get('vary') ?? '', /Origin/);
  const permission = await from('https://a.example', 'OPTIONS');
  assert.equal(permission.headers.get('access-control-allow-methods'), 'GET, HEAD, OPTIONS');
  for (const origin of ['https://c.example', 'http://a.example', 'null']) {
    const response = await from(origin);
    assert.equal(response.headers.get('access-control-allow-origin'), null, origin);
    assert.match(response.headers.get('vary') ?? '', /Origin/);
  }
});

test('endpoint(): only expensive requests are limited, for each client', async () => {
  const context = contextFor({}, { LIMIT_READS_PER_MINUTE: '2', LIMIT_EXPORTS_PER_MINUTE: '0' });
  const limit = (parameters: URLSearchParams) => (parameters.has('q') ? 'reads' : null);
  const search = await serve(endpointFor(answer, { limit }), context);
  const bundle = await serve(endpointFor(answer, { limit: 'exports' }), context);
  const statuses = async (url: string) => {
    const answered: number[] = [];
    for (let asked = 0; asked < 4; asked++) answered.push((await fetch(url)).status);
    return answered;
  };
  assert.deepEqual(await statuses(`${search}?q=a`), [200, 200, 429, 429]);
  assert.deepEqual(await statuses(search), [200, 200, 200, 200]);
  assert.deepEqual(await statuses(bundle), [200, 200, 200, 200]);
  const refused = await fetch(`${search}?q=a`, { method: 'HEAD' });
  assert.equal(refused.status, 429);
  const seconds = Number(refused.headers.get('retry-after'));
  assert.ok(seconds > 0 && seconds <= 30, String(seconds));
});

test('endpoint(): a change needs JSON of limited size from an allowed origin, or credentials', async () => {
  const changes: unknown[] = [];
  const change = endpointFor(
    ({ body }) => {
      changes.push(body);
      return jsonResponse('{}');
    },
    { method: 'POST', scope: 'write', body: { schema: z.unknown(), example: {}, required: false } },
  );
  const serveWith = (environment: Record<string, string>) =>
    serve(change, contextFor({}, { ...KEY_FILE, ...environment }));
  let url = await serveWith({ ALLOWED_ORIGINS: 'https://listed.example', LIMIT_BODY_BYTES: '100' });
  const ownOf = (served: string) => ({ origin: new URL(served).origin, ...JSON_TYPE, ...OPERATOR });
  let own = ownOf(url);
  const post = async (headers: Record<string, string>, body: RequestInit['body'] = '{"a":1}') => {
    const response = await fetch(url, { method: 'POST', headers, body, duplex: 'half' } as RequestInit);
    return response.ok ? 'ok' : problem.parse(await response.json()).type.replace(/.*:/, '');
  };
  const cases: [Record<string, string>, string][] = [
    [own, 'ok'],
    [{ ...own, 'content-type': 'Application/JSON; charset=utf-8' }, 'ok'],
    [{ ...own, origin: 'https://listed.example' }, 'ok'],
    [{ ...own, origin: 'https://evil.example' }, 'cross_origin'],
    [{ ...own, origin: 'null' }, 'cross_origin'],
    [{ ...own, origin: 'http://127.0.0.1:1' }, 'cross_origin'],
    [{ ...own, 'sec-fetch-site': 'cross-site' }, 'cross_origin'],
    [{ ...JSON_TYPE, ...OPERATOR, 'sec-fetch-site': 'cross-site' }, 'cross_origin'],
    [{ ...JSON_TYPE, ...OPERATOR, 'sec-fetch-site': 'none' }, 'ok'],
    [{ ...JSON_TYPE, 'sec-fetch-site': 'none' }, 'operator_key_required'],
    [{ ...own, authorization: '' }, 'operator_key_required'],
    [{ ...own, authorization: `${OPERATOR.authorization}x` }, 'operator_key_required'],
    [{ ...JSON_TYPE, ...OPERATOR }, 'ok'],
    [{ ...own, 'content-type': 'text/plain' }, 'unsupported_media_type'],
    [{ ...own, 'content-type': 'application/x-www-form-urlencoded' }, 'unsupported_media_type'],
    [{ ...own, 'content-type': 'application/jsonp' }, 'unsupported_media_type'],
  ];
  for (const [headers, expected] of cases) assert.equal(await post(headers), expected, JSON.stringify(headers));
  assert.deepEqual(changes, Array(5).fill({ a: 1 }));
  assert.equal(await post(own, '{"a":'), 'malformed_body');
  assert.equal(await post(own, `"${'x'.repeat(99)}"`), 'body_too_large');
  const chunked = new ReadableStream({
    start(controller) {
      for (let chunk = 0; chunk < 3; chunk++) controller.enqueue(new Uint8Array(64).fill(32));
      controller.close();
    },
  });
  assert.equal(await post(own, chunked), 'body_too_large', 'also where nothing says how long it is');
  assert.equal(await post(own, ''), 'ok');
  assert.equal(changes.at(-1), null);

  url = await serveWith({ ...CREDENTIALS });
  own = { ...ownOf(url), authorization: '' };
  const authorization = `Basic ${Buffer.from('anna:secret').toString('base64')}`;
  assert.equal(await post({ authorization, 'content-type': 'application/json' }), 'ok', 'no browser');
  assert.equal(await post({ ...own, authorization, origin: 'https://evil.example' }), 'cross_origin');
  url = await serveWith({ ...CREDENTIALS, PUBLIC_URL: 'https://dash.example' });
  own = ownOf(url);
  assert.equal(await post({ ...own, authorization, origin: 'https://dash.example' }), 'ok');
  assert.equal(await post({ ...own, authorization, origin: 'http://dash.example' }), 'cross_origin');
  url = await serveWith({ DASHBOARD_ALLOW_ANONYMOUS: '1' });
  own = ownOf(url);
  assert.equal(await post({ ...own, 'X-Forwarded-For': '10.0.0.1' }), 'write_scope_required');
});

test('endpoint(): a change of the own state needs no operator key, but an origin of its own or a right key', async () => {
  const names: (string | null)[] = [];
  const change = endpointFor(
    ({ principal }) => {
      names.push(principal.credential?.name ?? null);
      return jsonResponse('{}');
    },
    { method: 'POST', scope: 'read' },
  );
  const url = await serve(change, contextFor({}, KEY_FILE));
  const post = async (headers: Record<string, string>) => {
    const response = await fetch(url, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: '{}' });
    return response.ok ? 'ok' : problem.parse(await response.json()).type.replace(/.*:/, '');
  };
  const { origin } = new URL(url);
  assert.equal(await post({ origin }), 'ok');
  assert.equal(await post({ origin, ...OPERATOR }), 'ok');
  assert.equal(await post({ origin, authorization: 'Bearer wrong' }), 'ok', 'as without it');
  assert.equal(await post(OPERATOR), 'ok', 'no browser');
  assert.equal(await post({}), 'cross_origin');
  assert.equal(await post({ 'sec-fetch-site': 'cross-site' }), 'cross_origin');
  assert.equal(await post({ ...OPERATOR, origin: 'https://evil.example' }), 'cross_origin');
  assert.deepEqual(names, [null, 'operator', null, 'operator']);
});

test('endpoint(): each method of a path has its own limit for bodies, whichever is declared first', async () => {
  const post = endpointFor(answer, {
    ...{ method: 'POST', scope: 'write', maxBodyBytes: 1000 },
    body: { schema: z.unknown(), example: {}, required: false },
  });
  const remove = endpointFor(answer, {
    ...{ method: 'DELETE', scope: 'write' },
    body: { schema: z.unknown(), example: {}, required: false },
  });
  const context = contextFor({}, { ...KEY_FILE, LIMIT_BODY_BYTES: '100' });
  const headers = { ...JSON_TYPE, ...OPERATOR };
  const body = JSON.stringify('x'.repeat(500));
  for (const endpoints of [
    [answers, post, remove],
    [post, remove, answers],
  ]) {
    const url = await serveGiven(endpoint(endpoints, context));
    const statuses = ['POST', 'DELETE'].map(async (method) => (await fetch(url, { method, headers, body })).status);
    assert.deepEqual(await Promise.all(statuses), [200, 413]);
  }
});
