import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoopSigns } from './loop-watch';
import { Watchdog, type WatchdogParts } from './watchdog';

const SIGTERM = 15;
const WHERE = { frames: ['at hold (file:1:1)'], threadState: 'running' };

/** A watchdog with its own clock, and a list of what it did with the times. */
function watched(t: { mock: { timers: typeof import('node:test').mock.timers } }, parts: Partial<WatchdogParts> = {}) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 0 });
  const signs = new LoopSigns();
  const did: [at: number, what: string, ...rest: unknown[]][] = [];
  const note = (what: string, ...rest: unknown[]) => {
    did.push([Date.now(), what, ...rest]);
  };
  const watchdog = new Watchdog({
    signs,
    now: Date.now,
    sample: async () => WHERE,
    report: async ({ type, ...fields }) => note(type, fields),
    onMoved: (heldMs) => note('counted', heldMs),
    close: async () => note('closed'),
    end: (exitCode) => note('exit', exitCode),
    ...parts,
  });
  /** Advances the clock in small steps and runs everything that is due in each. */
  const pass = async (ms: number, everyStep = () => {}) => {
    for (let passed = 0; passed < ms; passed += 100) {
      everyStep();
      t.mock.timers.tick(100);
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    }
  };
  return { signs, watchdog, did, pass };
}

test('Watchdog: a loop that beats each second is never said to be held', async (t) => {
  const { signs, watchdog, did, pass } = watched(t);
  await pass(60_000, () => {
    if (Date.now() % 1000 === 0) signs.heartbeat();
    if (Date.now() % 1000 === 0) watchdog.heard();
  });
  assert.deepEqual(did, []);
  watchdog.stop();
});

test('Watchdog: what is heard from a loop that beats makes a timer of its own needless', async (t) => {
  let polls = 0;
  const { signs, watchdog, pass } = watched(t, {
    now: () => {
      polls += 1;
      return Date.now();
    },
  });
  await pass(10_000, () => {
    if (Date.now() % 1000 === 0) signs.heartbeat();
    watchdog.heard();
  });
  assert.equal(polls, 1 + 10);
  watchdog.stop();
});

test('Watchdog: a held loop is reported once with where it is, and again with how long when it moves', async (t) => {
  const { signs, watchdog, did, pass } = watched(t);
  await pass(20_000);
  signs.heartbeat();
  await pass(1200);
  assert.deepEqual(
    did.map(([, what]) => what),
    ['held', 'counted', 'moved'],
  );
  const [[heldAt, , held], , [, , moved]] = did as [[number, string, object], unknown, [number, string, object]];
  assert.ok(heldAt >= 5000 && heldAt <= 6200, `reported after ${heldAt} ms`);
  assert.deepEqual(held, { heldMs: heldAt, ...WHERE });
  assert.deepEqual(moved, { heldMs: 19_200 });
  watchdog.stop();
});

test('Watchdog: a signal that the main thread does not take ends the process within 5 s, after the history is closed', async (t) => {
  const { watchdog, did, pass } = watched(t);
  watchdog.signalled(SIGTERM);
  await pass(4900);
  assert.deepEqual(
    did.map(([, ...what]) => what),
    [['closed'], ['ended', { signal: SIGTERM, ...WHERE }], ['exit', 128 + SIGTERM]],
  );
});

test('Watchdog: a history that can not be closed and a log that nobody takes keep no process alive', async (t) => {
  const { watchdog, did, pass } = watched(t, {
    close: () => new Promise(() => {}),
    report: () => Promise.reject(new Error('EPIPE')),
  });
  watchdog.signalled(SIGTERM);
  await pass(4900);
  assert.deepEqual(
    did.map(([, what]) => what),
    ['exit'],
  );
});

test('Watchdog: a signal that the main thread takes is left to it', async (t) => {
  const { signs, watchdog, did, pass } = watched(t);
  watchdog.signalled(SIGTERM);
  await pass(1000);
  signs.beginStop();
  await pass(1000);
  watchdog.stop();
  // By then the main thread, which has an earlier deadline, ends this thread.
  await pass(2600);
  assert.deepEqual(did, []);
});

test('Watchdog: a main thread that is held after it has stopped this one ends all the same', async (t) => {
  const { signs, watchdog, did, pass } = watched(t);
  watchdog.signalled(SIGTERM);
  signs.beginStop();
  await pass(500);
  watchdog.stop();
  await pass(5000);
  assert.deepEqual(did.at(-1)?.slice(1), ['exit', 128 + SIGTERM]);
});

test('Watchdog: a main thread that takes the signal and is held then ends all the same, further signals change nothing', async (t) => {
  const { signs, watchdog, did, pass } = watched(t);
  watchdog.signalled(SIGTERM);
  signs.beginStop();
  await pass(2000);
  watchdog.signalled(SIGTERM);
  await pass(2900);
  assert.deepEqual(
    did.map(([, what]) => what),
    ['closed', 'ended', 'exit'],
  );
});
