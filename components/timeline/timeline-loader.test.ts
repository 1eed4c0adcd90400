import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { setImmediate as settled } from 'node:timers/promises';
import type { TimelineAnswer } from '@/lib/contract/past-schemas';
import type { TimeSpan } from '@/lib/contract/time-span';
import { TimelineLoader } from './timeline-loader';

const NOW = 1_000_000;

function setUp() {
  const asked: { span: TimeSpan; signal: AbortSignal; answer: () => void; fail: (error: Error) => void }[] = [];
  const loaded: number[] = [];
  const errors: (string | null)[] = [];
  const waits: boolean[] = [];
  const loader = new TimelineLoader({
    read: (span, signal) =>
      new Promise((resolve, reject) => {
        asked.push({ span, signal, answer: () => resolve({} as TimelineAnswer), fail: reject });
      }),
    now: () => NOW,
    head: () => 7,
    onLoaded: ({ head }) => loaded.push(head),
    onError: (error) => errors.push(error),
    onWaiting: (waiting) => waits.push(waiting),
  });
  return { loader, asked, loaded, errors, waits };
}

let time = 0;

beforeEach(() => {
  time = 0;
  mock.timers.enable({ apis: ['setTimeout'] });
  mock.method(performance, 'now', () => time);
});

afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

async function pass(milliseconds: number): Promise<void> {
  time += milliseconds;
  mock.timers.tick(milliseconds);
  await settled();
}

test('TimelineLoader: the view is requested once, with a margin and without the future', async () => {
  const { loader, asked, loaded } = setUp();
  loader.want({ since: NOW - 1000, until: NOW }, true);
  await pass(0);
  asked[0]?.answer();
  await pass(0);
  assert.deepEqual(loaded, [7]);
  assert.deepEqual(asked[0]?.span, { since: NOW - 1500, until: NOW });
  loader.want({ since: NOW - 1200, until: NOW - 200 }, false);
  await pass(10_000);
  assert.equal(asked.length, 1);
});

test('TimelineLoader: a view outside or much closer is requested; an outdated request is aborted', async () => {
  const { loader, asked, loaded } = setUp();
  loader.want({ since: NOW - 1000, until: NOW }, true);
  await pass(0);
  loader.want({ since: NOW - 5000, until: NOW - 4000 }, false);
  await pass(200);
  assert.equal(asked.length, 2);
  assert.ok(asked[0]?.signal.aborted);
  asked[0]?.answer();
  await pass(0);
  assert.deepEqual(loaded, []);
  asked[1]?.answer();
  await pass(0);
  loader.want({ since: NOW - 4600, until: NOW - 4500 }, false);
  await pass(200);
  assert.deepEqual(asked[2]?.span, { since: NOW - 4650, until: NOW - 4450 });
});

test('TimelineLoader: a moving view is requested a few times per second at most', async () => {
  const { loader, asked } = setUp();
  for (let step = 0; step < 60; step++) {
    loader.want({ since: NOW - 100_000 - step * 1000, until: NOW - 99_000 - step * 1000 }, false);
    await pass(16);
  }
  assert.ok(asked.length <= 8, String(asked.length));
});

test('TimelineLoader: changes are requested every few seconds, and only while the present is in view', async () => {
  const { loader, asked } = setUp();
  loader.want({ since: NOW - 1000, until: NOW }, true);
  await pass(0);
  asked[0]?.answer();
  await pass(0);
  for (let second = 0; second < 10; second++) {
    loader.changed();
    await pass(1000);
    asked.at(-1)?.answer();
    await pass(0);
  }
  assert.ok(asked.length >= 3 && asked.length <= 5, String(asked.length));
  const before = asked.length;
  loader.want({ since: NOW - 1100, until: NOW - 100 }, false);
  await pass(4000);
  loader.changed();
  await pass(10_000);
  assert.equal(asked.length, before);
});

test('TimelineLoader: after a failure it reports the reason, waits, and requests again', async () => {
  const { loader, asked, errors } = setUp();
  const want = () => loader.want({ since: NOW - 1000, until: NOW }, true);
  want();
  await pass(0);
  asked[0]?.fail(new Error('The server does not answer.'));
  await pass(0);
  assert.deepEqual(errors, ['The server does not answer.']);
  want();
  await pass(1000);
  assert.equal(asked.length, 1);
  await pass(5000);
  asked[1]?.answer();
  await pass(0);
  assert.deepEqual(errors, ['The server does not answer.', null]);
});

test('TimelineLoader: the view waits from the first moment until the answer for it, and not for changes of the swarm', async () => {
  const { loader, asked, waits } = setUp();
  loader.want({ since: NOW - 1000, until: NOW }, true);
  assert.deepEqual(waits, [true]);
  await pass(0);
  asked[0]?.answer();
  await pass(0);
  assert.deepEqual(waits, [true, false]);
  loader.changed();
  await pass(5000);
  assert.equal(asked.length, 2);
  asked[1]?.answer();
  await pass(0);
  assert.deepEqual(waits, [true, false]);
  loader.want({ since: NOW - 9000, until: NOW - 8000 }, false);
  assert.deepEqual(waits, [true, false, true]);
  await pass(200);
  asked[2]?.fail(new Error('The server does not answer.'));
  await pass(0);
  assert.deepEqual(waits, [true, false, true, false]);
});

test('TimelineLoader: a view that returns to what is loaded waits no longer', async () => {
  const { loader, asked, waits } = setUp();
  loader.want({ since: NOW - 1000, until: NOW }, true);
  await pass(0);
  asked[0]?.answer();
  await pass(0);
  loader.want({ since: NOW - 9000, until: NOW - 8000 }, false);
  loader.want({ since: NOW - 1000, until: NOW }, true);
  await pass(1000);
  assert.equal(asked.length, 1);
  assert.deepEqual(waits, [true, false, true, false]);
});
