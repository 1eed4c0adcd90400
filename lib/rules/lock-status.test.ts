import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeLocks } from '../../test/support/described-locks';
import { patternsOverlap } from '../contract/fnmatch';
import { lock as lockSchema } from '../contract/schemas';
import { type LockEntry, lockFileName, parseLock } from '../sources/claudeswarm/lock-entry';
import type { Holder, LockHolders } from './lock-holders';
import { toConflict } from './lock-status';

const NOW = Date.UTC(2026, 1, 3, 8);
/** The holders while the registry cannot be read. */
const NOBODY_KNOWN: Pick<LockHolders, 'of'> = { of: () => ({ orphaned: null, former: null }) };
const OPTIONS = { holders: NOBODY_KNOWN, staleTimeoutSeconds: 300, now: NOW };

function entry(
  filepath: unknown,
  more: Record<string, unknown> = {},
  name = lockFileName(String(filepath)),
): LockEntry {
  const fields = { agent_id: 'a', filepath, locked_at: NOW / 1000, reason: '', ...more };
  const parsed = parseLock(name, Buffer.from(JSON.stringify(fields)));
  assert.ok('fields' in parsed);
  return parsed;
}

const describe = (one: LockEntry, options: Partial<Parameters<typeof describeLocks>[1]> = {}) => {
  const [lock] = describeLocks([one], { ...OPTIONS, ...options });
  assert.ok(lock);
  return lock;
};

test('describeLocks(): a lock matches the contract', () => {
  const lock = describe(entry('src/a.py', { locked_at: 1770106433.087738 }));
  assert.deepEqual(lock, {
    agent_id: 'a',
    filepath: 'src/a.py',
    locked_at: 1770106433.087738,
    reason: '',
    lock_file: lockFileName('src/a.py'),
    acquired_at: '2026-02-03T08:13:53.087738+00:00',
    stale: false,
    orphaned: null,
    former_holder: null,
    conflicts_with: [],
    pattern: false,
    warnings: ['in_future'],
  });
  assert.deepEqual(lockSchema.parse(lock), lock);
});

test('describeLocks(): stale when older than the timeout, never in the future, unknown without a time', () => {
  const staleAt = (locked_at: unknown) => describe(entry('x', { locked_at })).stale;
  assert.equal(staleAt(NOW / 1000 - 300), false);
  assert.equal(staleAt(NOW / 1000 - 300.001), true);
  assert.equal(staleAt(NOW / 1000 + 1e9), false);
  assert.equal(staleAt('soon'), null);
});

test('describeLocks(): the instant it was taken, if its year has four digits', () => {
  const acquiredAt = (locked_at: unknown) => describe(entry('x', { locked_at })).acquired_at;
  assert.equal(acquiredAt(0), '1970-01-01T00:00:00+00:00');
  assert.equal(acquiredAt(-0.5), '1969-12-31T23:59:59.500000+00:00');
  assert.equal(acquiredAt(1770106400500), null);
  assert.equal(acquiredAt(1e300), null);
  assert.equal(acquiredAt('never'), null);
});

test('describeLocks(): the facts about the holder are part of the description', () => {
  const former = { reason: 'moved', since: null, now: 'b' } as const;
  const holders = { of: (id: unknown): Holder => ({ orphaned: id === 'a', former: id === 'a' ? former : null }) };
  assert.deepEqual(describe(entry('x'), { holders }).former_holder, former);
  const orphaned = (agent_id: unknown) => describe(entry('x', { agent_id }), { holders }).orphaned;
  assert.deepEqual([orphaned('a'), orphaned(7)], [true, false]);
  assert.equal(describe(entry('x')).orphaned, null);
});

test("describeLocks(): the file's own fields with names of added ones move to original", () => {
  const lock = describe(entry('x', { stale: 'no', lock_file: 1, original: [], note: 'kept', ['__proto__']: 1 }));
  assert.deepEqual(lock.original, { stale: 'no', lock_file: 1, original: [] });
  assert.deepEqual([lock.stale, lock.note, Object.hasOwn(lock, '__proto__')], [false, 'kept', true]);
});

const statusConflicts = (entries: LockEntry[]) =>
  Object.fromEntries(
    describeLocks(entries, OPTIONS).map(({ filepath, agent_id, conflicts_with }) => [
      `${agent_id} ${filepath}`,
      conflicts_with.map((other) => `${other.agent_id} ${other.filepath}`).sort(),
    ]),
  );

test('describeLocks(): conflicts are patterns of other holders that match in either direction, on both sides', () => {
  const found = statusConflicts([
    entry('app/[id]/x', { agent_id: 'a' }),
    entry('app/i/x', { agent_id: 'b' }),
    entry('app/*', { agent_id: 'c' }),
    entry('a*', { agent_id: 'b' }),
    entry('*b', { agent_id: 'c' }),
    entry('app/z', { agent_id: 'c' }),
    entry('App/z', { agent_id: 'a' }),
  ]);
  assert.deepEqual(found, {
    'a app/[id]/x': ['b a*', 'b app/i/x', 'c app/*'],
    'b app/i/x': ['a app/[id]/x', 'c app/*'],
    'c app/*': ['a app/[id]/x', 'b a*', 'b app/i/x'],
    'b a*': ['a app/[id]/x', 'c app/*', 'c app/z'],
    'c *b': [],
    'c app/z': ['b a*'],
    'a App/z': [],
  });
});

test('toConflict(): null for fields that a lock file lacks, so that no field is missing', () => {
  const answer = toConflict({ lock_file: 'x.lock', fields: { filepath: 'x' } });
  assert.deepEqual(JSON.parse(JSON.stringify(answer)), { lock_file: 'x.lock', agent_id: null, filepath: 'x' });
});

test('describeLocks(): equal paths conflict, whatever the names of their files', () => {
  const found = statusConflicts([entry('x', { agent_id: 'a' }), entry('x', { agent_id: 'b' }, 'manual.lock')]);
  assert.deepEqual(found, { 'a x': ['b x'], 'b x': ['a x'] });
});

test('describeLocks(): the fast search finds exactly what comparing all with all finds', () => {
  const part = fc.constantFrom('a', 'b', '/', '*', '?', '[', ']', '[ab]', 'é', '😀');
  const path = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
  const held = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), path), { maxLength: 12 });
  fc.assert(
    fc.property(held, (locks) => {
      const entries = locks.map(([agent_id, filepath], i) =>
        entry(filepath, { agent_id }, `${String(i).padStart(2, '0')}.lock`),
      );
      const expected = entries.map((one) =>
        entries.filter((other) => {
          const overlap = patternsOverlap(String(one.fields.filepath), String(other.fields.filepath));
          return overlap && one.fields.agent_id !== other.fields.agent_id;
        }),
      );
      const found = describeLocks(entries, OPTIONS).map(({ conflicts_with }) => conflicts_with);
      assert.deepEqual(
        found.map((others) => others.map(({ lock_file }) => lock_file)),
        expected.map((others) => others.map(({ lock_file }) => lock_file)),
      );
    }),
    { numRuns: 1000 },
  );
});
