import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ApiError } from './api-error';
import { readPatiently, requestPatiently } from './patient-request';
import { answerCensus } from './stream-census';

Object.assign(globalThis, { location: { origin: 'http://host' } });

/** How long an answer may take, which no test of a quick one waits for. */
const ANSWER_TIMEOUT_MS = 15_000;

const busy = (status: number, seconds?: string) =>
  new Response('{}', { status, headers: seconds === undefined ? {} : { 'Retry-After': seconds } });

/** Answers in turn; timers run out at once. */
function serve(context: TestContext, answers: Response[]): () => number {
  let asked = 0;
  let passed = 0;
  context.mock.method(globalThis, 'fetch', async () => answers[Math.min(asked++, answers.length - 1)]);
  context.mock.method(globalThis, 'setTimeout', (resolve: () => void, milliseconds: number) => {
    if (milliseconds === ANSWER_TIMEOUT_MS) return;
    passed += milliseconds;
    queueMicrotask(resolve);
  });
  context.after(() => assert.ok(asked >= answers.length));
  return () => passed;
}

const statusOf = (error: unknown) => (error instanceof ApiError ? error.status : error);
const statusOfRequest = (signal?: AbortSignal) =>
  requestPatiently('/api/state', { signal }).then(({ status }) => status, statusOf);

test('requestPatiently(): repeats the request when a busy server says so', async (context) => {
  const passed = serve(context, [busy(429, '2'), busy(503, '0'), new Response('{}')]);
  assert.equal(await statusOfRequest(), 200);
  assert.equal(passed(), 3000);
});

test('requestPatiently(): gives up when the wait exceeds the limit', async (context) => {
  const passed = serve(context, [busy(429, '4')]);
  assert.equal(await statusOfRequest(), 429);
  assert.equal(passed(), 12_000);
});

test('requestPatiently(): a refusal without a time to wait fails at once', async (context) => {
  for (const answer of [busy(503), busy(429, 'Mon, 23 Nov 2026 00:00:00 GMT'), busy(404, '1'), busy(429, '60')]) {
    const passed = serve(context, [answer]);
    assert.equal(await statusOfRequest(), answer.status);
    assert.equal(passed(), 0);
    context.mock.restoreAll();
  }
});

test('requestPatiently(): an abort ends the wait with its reason', async (context) => {
  context.mock.method(globalThis, 'fetch', async () => busy(429, '10'));
  const left = new AbortController();
  const asking = requestPatiently('/api/state', { signal: left.signal });
  queueMicrotask(() => left.abort(new Error('left')));
  await assert.rejects(asking, /left/);
});

test('requestPatiently(): the error is a sentence that states what failed and why', async (context) => {
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
    await assert.rejects(readPatiently('/api/state', { failure }), { name: 'ApiError', message: said });
    context.mock.restoreAll();
  }
});

test('requestPatiently(): asks at a whole address, without the credentials of the page’s own', async (context) => {
  const asked: unknown[] = [];
  context.mock.method(globalThis, 'fetch', async (url: unknown) => {
    asked.push(url);
    return new Response('{}');
  });
  await requestPatiently('/api/state', {});
  assert.deepEqual(asked, ['http://host/api/state']);
});

/** A server that never answers, and a browser of which so many tabs hold a stream. */
function leaveUnanswered(
  context: TestContext,
  { streams, protocol = 'http/1.1' }: { streams: number; protocol?: string },
) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  context.mock.method(performance, 'getEntriesByType', () => [{ nextHopProtocol: protocol }]);
  const ends = Array.from({ length: streams }, () => answerCensus(() => true));
  context.after(() => {
    for (const end of ends) end();
  });
  context.mock.method(globalThis, 'fetch', (_url: unknown, { signal }: RequestInit) => {
    return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  });
}

/** What is said after the time for an answer, and for the tabs to say how many they are. */
async function saidInTheEnd(context: TestContext): Promise<string> {
  const said = readPatiently('/api/state', { failure: 'Could not load' }).catch((error: Error) => error.message);
  context.mock.timers.tick(ANSWER_TIMEOUT_MS);
  let answer: string | null = null;
  void said.then((text) => {
    answer = text as string;
  });
  // The tabs' answers come as tasks of their own.
  for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(answer, null);
  context.mock.timers.tick(1000);
  return (await said) as string;
}

test('requestPatiently(): no answer in time is said as such where nothing is known of its cause', async (context) => {
  leaveUnanswered(context, { streams: 5 });
  assert.equal(await saidInTheEnd(context), 'Could not load: no answer from the server within 15 s.');
});

test('requestPatiently(): tabs that use up the connections are the cause where they say so', async (context) => {
  leaveUnanswered(context, { streams: 6 });
  const said = 'too many open tabs use all 6 connections of this browser to the server. Close some and try again';
  assert.equal(await saidInTheEnd(context), `Could not load: ${said}.`);
});

test('requestPatiently(): many tabs are no cause where all requests share one connection', async (context) => {
  leaveUnanswered(context, { streams: 7, protocol: 'h2' });
  const said = readPatiently('/api/state', {}).catch((error: Error) => error.message);
  context.mock.timers.tick(ANSWER_TIMEOUT_MS);
  assert.equal(await said, 'No answer from the server within 15 s.');
});

test('readPatiently(): an answer that stops before its end is a failure, not a wait without end', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  context.mock.method(globalThis, 'fetch', async (_url: unknown, { signal }: RequestInit) => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"half":'));
        signal?.addEventListener('abort', () => controller.error(signal.reason));
      },
    });
    return new Response(body);
  });
  const said = readPatiently('/api/state', { failure: 'Could not load' }).catch((error: Error) => error.message);
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
  context.mock.timers.tick(ANSWER_TIMEOUT_MS);
  assert.equal(await said, 'Could not load: the answer of the server stopped for 15 s.');
});

test('readPatiently(): an answer that is cut off, and one of another kind', async (context) => {
  const cut = new ReadableStream({ start: (controller) => controller.error(new TypeError('network error')) });
  for (const [body, said] of [
    [cut, 'The answer of the server was cut off.'],
    ['<html>', 'The answer of the server is not JSON.'],
  ] as const) {
    context.mock.method(globalThis, 'fetch', async () => new Response(body));
    await assert.rejects(readPatiently('/api/state', {}), { name: 'ApiError', message: said });
    context.mock.restoreAll();
  }
});
