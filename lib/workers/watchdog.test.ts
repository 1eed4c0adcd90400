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

test('Watchdog: a loop with a heartbeat each second is never reported as blocked', async (t) => {
  const { signs, watchdog, did, pass } = watched(t);
  await pass(60_000, () => {
    if (Date.now() % 1000 === 0) signs.heartbeat();
    if (Date.now() % 1000 === 0) watchdog.heard();
  });
  assert.deepEqual(did, []);
  watchdog.stop();
});

test('Watchdog: messages of a running loop replace its own timer', async (t) => {
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

test('Watchdog: a blocked loop is reported once with its stack, and with the duration when it moves again', async (t) => {
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

test('Watchdog: a signal that the main thread does not handle ends the process within 5 s, after the history is closed', async (t) => {
  const { watchdog, did, pass } = watched(t);
  watchdog.signalled(SIGTERM);
  await pass(4900);
  assert.deepEqual(
    did.map(([, ...what]) => what),
    [['closed'], ['ended', { signal: SIGTERM, ...WHERE }], ['exit', 128 + SIGTERM]],
  );
});

test('Watchdog: the process ends even if the history cannot be closed and nothing reads the log', async (t) => {
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

test('Watchdog: a signal that the main thread handles is left to it', async (t) => {
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

test('Watchdog: a main thread that is blocked after it has stopped the watchdog is ended', async (t) => {
  const { signs, watchdog, did, pass } = watched(t);
  watchdog.signalled(SIGTERM);
  signs.beginStop();
  await pass(500);
  watchdog.stop();
  await pass(5000);
  assert.deepEqual(did.at(-1)?.slice(1), ['exit', 128 + SIGTERM]);
});

test('Watchdog: a main thread that handles the signal and is blocked then is ended; further signals change nothing', async (t) => {
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
