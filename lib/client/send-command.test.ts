import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { mayAct } from './commands';
import { send } from './send-command';

Object.assign(globalThis, { location: { origin: 'http://host' }, window: new EventTarget() });

/** Answers the command; other questions are not answered. @returns what was sent */
function serve(context: TestContext, answer: () => Response) {
  const sent: { url: string; method: string; headers: Headers; body: unknown }[] = [];
  context.mock.method(globalThis, 'fetch', async (url: string, init: RequestInit) => {
    if (url.endsWith('/api/me')) return new Response('{}', { status: 404 });
    sent.push({ url, method: init.method ?? '', headers: new Headers(init.headers), body: init.body });
    return answer();
  });
  return sent;
}

const post = { method: 'POST', path: '/api/locks/release', body: { a: 1 }, authorization: 'Bearer k' } as const;

test('send(): sends JSON with the key and a new idempotency key each time', async (context) => {
  const sent = serve(context, () => Response.json({ done: true }, { status: 201 }));
  assert.deepEqual(await send(post), { ok: true, status: 201, answer: { done: true } });
  await send({ ...post, authorization: null, body: undefined });
  const [first, second] = sent;
  assert.deepEqual([first?.url, first?.method, first?.body], ['http://host/api/locks/release', 'POST', '{"a":1}']);
  assert.equal(first?.headers.get('content-type'), 'application/json');
  assert.equal(first?.headers.get('authorization'), 'Bearer k');
  assert.match(first?.headers.get('idempotency-key') ?? '', /^[0-9a-f]{32}$/);
  assert.notEqual(first?.headers.get('idempotency-key'), second?.headers.get('idempotency-key'));
  assert.deepEqual([second?.headers.get('authorization'), second?.body], [null, '{}']);
});

test('send(): DELETE without a body has no type', async (context) => {
  const sent = serve(context, () => new Response(null, { status: 204 }));
  assert.deepEqual(await send({ ...post, method: 'DELETE', body: undefined }), { ok: true, status: 204, answer: null });
  assert.deepEqual([sent[0]?.headers.get('content-type'), sent[0]?.body], [null, null]);
});

test('send(): a refusal is its code, its sentence and its further fields; nothing is repeated', async (context) => {
  const body = { type: 'urn:claude-swarm-dashboard:problem:lock_changed', status: 409, detail: 'Changed.', lock: {} };
  const sent = serve(context, () => Response.json(body, { status: 409, headers: { 'Retry-After': '1' } }));
  const problem = { code: 'lock_changed', status: 409, detail: 'Changed.', lock: {} };
  assert.deepEqual(await send(post), { ok: false, status: 409, problem });
  assert.equal(sent.length, 1);
});

test('send(): an answer that is no problem of the server is named by its status', async (context) => {
  serve(context, () => new Response('<h1>Bad gateway</h1>', { status: 502 }));
  const problem = { code: 'unexpected', detail: 'The server answered 502.' };
  assert.deepEqual(await send(post), { ok: false, status: 502, problem });
});

test('send(): without an answer, or with half of one, the effect is not known', async (context) => {
  for (const answer of [() => assert.fail('connection lost'), () => new Response('{"a":')]) {
    serve(context, answer);
    const outcome = await send(post);
    assert.ok(!outcome.ok);
    assert.deepEqual([outcome.status, outcome.problem.code], [0, 'no_answer']);
    assert.match(outcome.problem.detail, /not known whether this was done/);
    context.mock.restoreAll();
  }
});

test('mayAct(): only what the server allows, and nothing before it is known', () => {
  const me = { name: 'a', via: 'basic', scope: 'write', actions: ['locks'], reason: null, accepts_key: false } as const;
  assert.equal(mayAct({ ...me, actions: [...me.actions] }, 'locks'), true);
  assert.equal(mayAct({ ...me, actions: [...me.actions] }, 'terminal'), false);
  assert.equal(mayAct(null, 'locks'), false);
});
