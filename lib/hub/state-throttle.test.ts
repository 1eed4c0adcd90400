import assert from 'node:assert/strict';
import { mock, type TestContext, test } from 'node:test';
import type { StateKind } from '../contract/state';
import { StateThrottle } from './state-throttle';

const NOW = 1_000_000;

/** A throttle with an interval of 100 ms for locks and of 5 s for all other kinds. */
function throttling(context: TestContext) {
  mock.timers.enable({ apis: ['Date', 'setTimeout'], now: NOW });
  context.after(() => mock.timers.reset());
  const sent: string[] = [];
  const throttle = new StateThrottle({
    now: () => Date.now(),
    send: (kind) => sent.push(`${kind} ${Date.now() - NOW}`),
    intervalMs: (kind) => (kind === 'locks' ? 100 : 5000),
  });
  context.after(() => throttle.stop());
  const after = (milliseconds: number) => {
    mock.timers.tick(milliseconds);
    return sent.splice(0);
  };
  const request = (...kinds: StateKind[]) => {
    for (const kind of kinds) throttle.request(kind);
    return sent.splice(0);
  };
  return { throttle, request, after };
}

test('request(): a single change is sent at once, the last one of a burst after the interval', (context) => {
  const { request, after } = throttling(context);
  assert.deepEqual(request('locks', 'locks', 'locks'), ['locks 0']);
  assert.deepEqual(after(99), []);
  assert.deepEqual(after(1), ['locks 100']);
  assert.deepEqual(after(1000), [], 'nothing more without a request');
  assert.deepEqual(request('locks'), ['locks 1100']);
});

test('request(): kinds do not delay each other', (context) => {
  const { request } = throttling(context);
  assert.deepEqual(request('locks', 'agents', 'locks', 'agents', 'stats'), ['locks 0', 'agents 0', 'stats 0']);
});

test('request(): no interval is longer than a second', (context) => {
  const { request, after } = throttling(context);
  request('agents', 'agents');
  assert.deepEqual(after(999), []);
  assert.deepEqual(after(1), ['agents 1000']);
});

test('request(): a clock that was set back delays nothing', (context) => {
  const { request } = throttling(context);
  request('locks');
  mock.timers.setTime(NOW - 60_000);
  assert.deepEqual(request('locks'), ['locks -60000']);
});

test('defer(): delays all kinds, and further calls do not prolong that', (context) => {
  const { throttle, request, after } = throttling(context);
  throttle.defer(50);
  assert.deepEqual(request('locks', 'agents'), []);
  after(30);
  throttle.defer(50);
  assert.deepEqual(after(19), []);
  assert.deepEqual(after(1), ['locks 50', 'agents 50']);
  throttle.defer(10);
  assert.deepEqual(after(1000), [], 'what was sent is not due again');
});

test('defer(): an interval that ends meanwhile waits too', (context) => {
  const { throttle, request, after } = throttling(context);
  request('locks', 'locks');
  after(90);
  throttle.defer(50);
  assert.deepEqual(after(49), []);
  assert.deepEqual(after(1), ['locks 140']);
});

test('stop(): sends nothing more', (context) => {
  const { throttle, request, after } = throttling(context);
  request('locks', 'locks');
  throttle.defer(10);
  throttle.stop();
  assert.deepEqual(request('locks', 'agents'), []);
  assert.deepEqual(after(1000), []);
});
