import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LockEntry } from '../sources/claudeswarm/lock-entry';
import { LockComparison } from './lock-comparison';

const ROOT = '/home/ada/project';

function comparedEntry(agent_id: string, filepath: string, locked_at = 1): LockEntry {
  return {
    lock_file: `${agent_id} ${filepath}.lock`,
    fields: { agent_id, filepath, locked_at },
    lockedAt: locked_at,
    warnings: [],
  };
}

/** Locks that take some tenths of a second to compare. */
const SLOW = Array.from({ length: 150 }, (_, index) => [
  comparedEntry('a', `*${'[a-z]?'.repeat(300)}b${index}*`),
  comparedEntry('b', `${'a'.repeat(4000)}${index}`),
]).flat();

/** @param monotonic without it, time passes */
function comparison(monotonic?: () => number) {
  const events: number[] = [];
  const made: LockComparison = new LockComparison(ROOT, () => events.push(made.compared.entries.length), monotonic);
  return { made, events };
}

test('request(): ordinary locks have been compared when it returns', () => {
  const { made, events } = comparison(() => 0);
  const [path, pattern] = [comparedEntry('a', 'src/a.ts'), comparedEntry('b', 'src/*')];
  made.request([path, pattern]);
  assert.deepEqual(made.compared.conflicts.found.get(path), [pattern]);
  assert.deepEqual(events, []);
});

test('request(): a long comparison gives one result at its end, and other work continues meanwhile', async () => {
  const { made, events } = comparison();
  const ordinary = [comparedEntry('a', 'src/a.ts')];
  made.request(ordinary);
  made.request(SLOW);
  assert.equal(made.compared.entries, ordinary);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await made.settled();
  clearInterval(timer);
  assert.equal(made.compared.entries, SLOW);
  assert.deepEqual(events, [SLOW.length]);
  assert.ok(turns > 1, `${turns} turns of the event loop meanwhile`);
});

test('request(): of the requests during a comparison only the last one is served', async () => {
  const { made, events } = comparison();
  const [first, last] = [SLOW.slice(1), [comparedEntry('a', 'src/a.ts')]];
  made.request(SLOW);
  made.request(first);
  made.request(last);
  await made.settled();
  assert.equal(made.compared.entries, last);
  assert.deepEqual(events, [SLOW.length]);
});

test('request(): a refreshed lock keeps its overlaps, without a comparison', () => {
  const { made } = comparison(() => 0);
  const [path, pattern, spelled] = [
    comparedEntry('a', 'src/a.ts'),
    comparedEntry('b', 'src/*'),
    comparedEntry('c', `${ROOT}/src/a.ts`),
  ];
  made.request([path, pattern, spelled]);
  const refreshed = comparedEntry('b', 'src/*', 2);
  made.request([path, refreshed, spelled]);
  const { conflicts, spelled: bySpelling } = made.compared;
  assert.deepEqual(conflicts.found.get(path), [refreshed]);
  assert.deepEqual(conflicts.found.get(refreshed), [path]);
  assert.equal(conflicts.found.has(pattern), false);
  assert.deepEqual(bySpelling.conflicts.found.get(spelled)?.includes(refreshed), true);
  const other = comparedEntry('a', 'src/*', 3);
  made.request([path, other, spelled]);
  assert.equal(made.compared.conflicts.found.size, 0);
});
