import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ApiError, readJson, request } from './api';

const busy = (status: number, seconds?: string) =>
  new Response('{}', { status, headers: seconds === undefined ? {} : { 'Retry-After': seconds } });

/** Answers in turn; timers run out at once. */
function serve(context: TestContext, answers: Response[]): () => number {
  let asked = 0;
  let passed = 0;
  context.mock.method(globalThis, 'fetch', async () => answers[Math.min(asked++, answers.length - 1)]);
  context.mock.method(globalThis, 'setTimeout', (resolve: () => void, milliseconds: number) => {
    passed += milliseconds;
    queueMicrotask(resolve);
  });
  context.after(() => assert.ok(asked >= answers.length));
  return () => passed;
}

const statusOf = (error: unknown) => (error instanceof ApiError ? error.status : error);
const statusOfRequest = (signal?: AbortSignal) =>
  request('/api/state', { signal }).then(({ status }) => status, statusOf);

test('request(): repeats the request when a busy server says so', async (context) => {
  const passed = serve(context, [busy(429, '2'), busy(503, '0'), new Response('{}')]);
  assert.equal(await statusOfRequest(), 200);
  assert.equal(passed(), 3000);
});

test('request(): gives up when the wait exceeds the limit', async (context) => {
  const passed = serve(context, [busy(429, '4')]);
  assert.equal(await statusOfRequest(), 429);
  assert.equal(passed(), 12_000);
});

test('request(): a refusal without a time to wait fails at once', async (context) => {
  for (const answer of [busy(503), busy(429, 'Mon, 23 Nov 2026 00:00:00 GMT'), busy(404, '1'), busy(429, '60')]) {
    const passed = serve(context, [answer]);
    assert.equal(await statusOfRequest(), answer.status);
    assert.equal(passed(), 0);
    context.mock.restoreAll();
  }
});

test('request(): an abort ends the wait with its reason', async (context) => {
  context.mock.method(globalThis, 'fetch', async () => busy(429, '10'));
  const left = new AbortController();
  const asking = request('/api/state', { signal: left.signal });
  queueMicrotask(() => left.abort(new Error('left')));
  await assert.rejects(asking, /left/);
});

test('request(): the error is a sentence that states what failed and why', async (context) => {
  const problems: [answer: Response | Error, failure: string | undefined, said: string][] = [
    [Response.json({ detail: 'The limit is faulty.' }, { status: 400 }), 'Could not load', 'The limit is faulty.'],
    [
      Response.json({ detail: 'A fault.', errors: [{ parameter: 'q', detail: 'is too long.' }] }, { status: 422 }),
      'Could not load',
      '“q” is too long.',
    ],
    [new Response('no JSON', { status: 502 }), 'Could not load', 'Could not load: the server answered 502.'],
    [new Response('no JSON', { status: 502 }), undefined, 'The server answered 502.'],
    [new TypeError('fetch failed'), 'Could not load', 'Could not load: the server does not answer.'],
    [new TypeError('fetch failed'), undefined, 'The server does not answer.'],
  ];
  for (const [answer, failure, said] of problems) {
    context.mock.method(globalThis, 'fetch', async () => {
      if (answer instanceof Error) throw answer;
      return answer;
    });
    await assert.rejects(readJson('/api/state', { failure }), { name: 'ApiError', message: said });
    context.mock.restoreAll();
  }
});
