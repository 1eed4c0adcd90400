import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startWhenLoaded } from './start-when-loaded';

/** Lets every promise settle that is about to. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('startWhenLoaded(): loads again after each failure and reports it, and starts once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const seen: string[] = [];
  let failures = 2;
  const load = async () => {
    seen.push('load');
    if (failures-- > 0) throw new Error('no answer');
    return 'module';
  };
  const end = startWhenLoaded(
    load,
    (loaded) => {
      seen.push(`start ${loaded}`);
      return () => seen.push('end');
    },
    () => seen.push('failure'),
  );
  for (let attempt = 0; attempt < 4; attempt += 1) {
    await settled();
    t.mock.timers.tick(60_000);
  }
  assert.deepEqual(seen, ['load', 'failure', 'load', 'failure', 'load', 'start module']);
  end();
  assert.equal(seen.at(-1), 'end');
});

test('startWhenLoaded(): what is ended before its script arrives never starts', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let loads = 0;
  for (const isThere of [true, false]) {
    const end = startWhenLoaded(
      async () => {
        loads += 1;
        if (!isThere) throw new Error('no answer');
        return 'module';
      },
      () => assert.fail('it started'),
      () => assert.fail('it reported a failure'),
    );
    end();
    await settled();
    t.mock.timers.tick(60_000);
  }
  assert.equal(loads, 2);
});
