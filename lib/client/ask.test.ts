import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ask } from './ask';

const busy = (status: number, seconds?: string) =>
  new Response('{}', { status, headers: seconds === undefined ? {} : { 'Retry-After': seconds } });

/** Answers in turn; time passes by itself. */
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

test('a busy server is asked again when it says so', async (context) => {
  const passed = serve(context, [busy(429, '2'), busy(503, '0'), new Response('{}')]);
  assert.equal((await ask('/api/state')).status, 200);
  assert.equal(passed(), 3000);
});

test('what would take longer than a person waits is told', async (context) => {
  const passed = serve(context, [busy(429, '4')]);
  assert.equal((await ask('/api/state')).status, 429);
  assert.equal(passed(), 12_000);
});

test('what is no question of time is told at once', async (context) => {
  for (const answer of [busy(503), busy(429, 'Mon, 23 Nov 2026 00:00:00 GMT'), busy(404, '1'), busy(429, '60')]) {
    const passed = serve(context, [answer]);
    assert.equal(await ask('/api/state'), answer);
    assert.equal(passed(), 0);
    context.mock.restoreAll();
  }
});

test('who no longer wants it ends the wait', async (context) => {
  context.mock.method(globalThis, 'fetch', async () => busy(429, '10'));
  const left = new AbortController();
  const asking = ask('/api/state', left.signal);
  queueMicrotask(() => left.abort(new Error('left')));
  await assert.rejects(asking, /left/);
});
