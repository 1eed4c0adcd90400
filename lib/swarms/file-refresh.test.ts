import assert from 'node:assert/strict';
import { mock, type TestContext, test } from 'node:test';
import { EVERYWHERE, type Hint } from '../sources/claudeswarm/watcher';
import { FileRefresh } from './file-refresh';

const NOW = Date.UTC(2026, 1, 3, 8);
const NOTHING: Hint = { registry: false, log: false, stores: false, locks: new Set() };

interface Setting {
  filesRead?: boolean;
  registryChanges?: boolean;
  locksChange?: boolean;
  /** What the registry lists, and which holders the locks have. */
  listed?: string[];
  holders?: string[];
  subscribers?: number;
  /** Called at each read of locks. */
  onLocks?: () => Promise<void>;
}

/** A refresh of files that notes what it does, in order. */
function refreshing(context: TestContext, setting: Setting = {}) {
  mock.timers.enable({ apis: ['Date', 'setTimeout'], now: NOW });
  context.after(() => mock.timers.reset());
  const steps: string[] = [];
  const note = (step: string) => void steps.push(step);
  const readiness = { filesRead: setting.filesRead ?? true };
  const entries = (setting.listed ?? []).map((id) => ({ id }));
  const locks = (setting.holders ?? []).map((agent_id, index) => ({
    lock_file: `${index}.lock`,
    fields: { agent_id },
  }));
  const options = {
    registry: {
      registry: { entries },
      refresh: () => {
        note('registry');
        return setting.registryChanges ?? false;
      },
    },
    locks: {
      locks,
      refresh: async (names: ReadonlySet<string> | 'all') => {
        note(`locks ${names === 'all' ? names : [...names].join(' ')}`);
        await setting.onLocks?.();
        return setting.locksChange ?? false;
      },
    },
    readStores: async () => note('stores'),
    readLog: () => note('log'),
    completeFirst: async () => note('first'),
    readiness,
    subscriberCount: () => setting.subscribers ?? 0,
    events: {
      beginsAll: () => note('begins all'),
      changed: async (all: boolean) => note(`changed ${all}`),
      endsAll: () => note('ends all'),
      read: (begunAt: number, all: boolean) => {
        readiness.filesRead = true;
        note(`read ${begunAt - NOW} ${all}`);
      },
      failed: (error: unknown) => note(`failed ${(error as Error).message}`),
    },
  };
  const files = new FileRefresh(options as unknown as ConstructorParameters<typeof FileRefresh>[0]);
  context.after(() => files.stop());
  const taken = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return steps.splice(0);
  };
  return { files, taken, setting };
}

test('request(): a refresh of everything reads all files but the log, describes it, and lets the heartbeat go', async (context) => {
  const { files, taken } = refreshing(context);
  files.request(EVERYWHERE);
  const everything = ['registry', 'locks all', 'stores'];
  assert.deepEqual(await taken(), ['begins all', ...everything, 'changed true', 'ends all', 'read 0 true']);
});

test('request(): the log and named lock files are each read alone', async (context) => {
  const { files, taken } = refreshing(context, { locksChange: true });
  files.request({ ...NOTHING, log: true });
  assert.deepEqual(await taken(), ['log']);
  files.request({ ...NOTHING, locks: new Set(['a.lock', 'b.lock']) });
  assert.deepEqual(await taken(), ['locks a.lock b.lock', 'changed false']);
});

test('request(): files that did not change are not described', async (context) => {
  const { files, taken } = refreshing(context);
  files.request({ ...NOTHING, registry: true });
  assert.deepEqual(await taken(), ['registry', 'read 0 false']);
  files.request({ ...NOTHING, stores: true });
  assert.deepEqual(await taken(), ['stores', 'read 0 false']);
  files.request({ ...NOTHING, locks: new Set(['a.lock']) });
  assert.deepEqual(await taken(), ['locks a.lock']);
});

test('request(): the first read is completed and described, lock files before it are not', async (context) => {
  const { files, taken } = refreshing(context, { filesRead: false, locksChange: true });
  files.request({ ...NOTHING, locks: new Set(['a.lock']) });
  assert.deepEqual(await taken(), ['locks a.lock']);
  files.request({ ...NOTHING, stores: true });
  assert.deepEqual(await taken(), ['stores', 'first', 'changed false', 'read 0 false']);
  files.request({ ...NOTHING, stores: true });
  assert.deepEqual(await taken(), ['stores', 'read 0 false']);
});

test('request(): another registry has the locks of unlisted holders read again', async (context) => {
  const setting = { registryChanges: true, listed: ['a'], holders: ['a', 'b', 'a', 'c'] };
  const { files, taken } = refreshing(context, setting);
  files.request({ ...NOTHING, registry: true });
  assert.deepEqual(await taken(), ['registry', 'locks 1.lock 3.lock', 'changed false', 'read 0 false']);
});

test('request(): no more than 1,000 locks are read again for another registry', async (context) => {
  const holders = Array.from({ length: 1200 }, (_, index) => `gone-${index}`);
  const { files, taken } = refreshing(context, { registryChanges: true, holders });
  files.request({ ...NOTHING, registry: true });
  const [, locks] = await taken();
  assert.equal(locks?.split(' ').length, 1 + 1000);
});

test('request(): a fault is reported after the description and the heartbeat, and the next request is served', async (context) => {
  const onLocks = async () => {
    throw new Error('EIO');
  };
  const { files, taken, setting } = refreshing(context, { onLocks });
  files.request(EVERYWHERE);
  const failing = ['begins all', 'registry', 'locks all', 'changed true', 'ends all', 'failed EIO'];
  assert.deepEqual(await taken(), failing);
  setting.onLocks = async () => {};
  files.request(EVERYWHERE);
  assert.equal((await taken()).at(-1), 'read 0 true');
});

test('request(): a single lock does not wait for a long refresh of everything', async (context) => {
  let finish = () => {};
  const slow = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const { files, taken, setting } = refreshing(context, { locksChange: true, onLocks: () => slow });
  files.request(EVERYWHERE);
  assert.deepEqual(await taken(), ['begins all', 'registry', 'locks all']);
  setting.onLocks = async () => {};
  files.request({ ...NOTHING, locks: new Set(['a.lock']) });
  assert.deepEqual(await taken(), ['locks a.lock', 'changed false']);
  mock.timers.tick(40);
  files.request({ ...NOTHING, registry: true });
  assert.deepEqual(await taken(), [], 'refreshes of files never overlap');
  finish();
  const rest = ['registry', 'read 40 false'];
  assert.deepEqual(await taken(), ['stores', 'changed true', 'ends all', 'read 0 true', ...rest]);
});

test('request(): hints of one interval are read together', async (context) => {
  const { files, taken } = refreshing(context);
  for (let burst = 1; burst <= 3; burst++) {
    files.request({ ...NOTHING, registry: true });
    await taken();
  }
  files.request({ ...NOTHING, registry: true });
  files.request({ ...NOTHING, stores: true });
  assert.deepEqual(await taken(), [], 'after three at once the interval is kept');
  mock.timers.tick(10);
  assert.deepEqual(await taken(), ['registry', 'stores', 'read 10 false']);
});

test('request(): the interval grows with the number of subscribers, up to 100 ms', async (context) => {
  const { files, taken, setting } = refreshing(context, { subscribers: 40 });
  const waits: number[] = [];
  for (const subscribers of [40, 10_000]) {
    setting.subscribers = subscribers;
    mock.timers.tick(1000);
    await taken();
    for (let run = 1; run <= 4; run++) files.request({ ...NOTHING, log: true });
    let wait = 0;
    while ((await taken()).length < (wait === 0 ? 4 : 1) && wait < 200) {
      mock.timers.tick(1);
      wait += 1;
    }
    waits.push(wait);
  }
  assert.deepEqual(waits, [20, 100]);
});

test('stop(): pending reads are dropped', async (context) => {
  const { files, taken } = refreshing(context);
  for (let run = 1; run <= 4; run++) files.request({ ...NOTHING, log: true });
  assert.deepEqual(await taken(), ['log', 'log', 'log']);
  files.stop();
  files.request(EVERYWHERE);
  mock.timers.tick(1000);
  assert.deepEqual(await taken(), []);
});
