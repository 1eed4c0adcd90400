import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawnPairs } from './drawn-pairs';
import type { WaitPair } from './waits';

const pair = (from: string, to: string, inCycle = false): WaitPair => ({
  from,
  to,
  inCycle,
  inferred: false,
  edges: [],
});
const agents = (pairs: readonly WaitPair[]) => [...new Set(pairs.flatMap(({ from, to }) => [from, to]))].sort();

test('drawnPairs(): everything is drawn where there are few agents', () => {
  const pairs = [pair('a', 'b'), pair('c', 'b')];
  assert.deepEqual(drawnPairs(pairs, 3), pairs);
});

test('drawnPairs(): of a star as many as there is room for', () => {
  const star = Array.from({ length: 22 }, (_, index) => pair(`asker-${index}`, 'agent-0'));
  const drawn = drawnPairs(star, 20);
  assert.equal(drawn.length, 19);
  assert.equal(agents(drawn).length, 20);
});

test('drawnPairs(): the longest chain and the most waited-for are drawn, single waits are left out', () => {
  const single = Array.from({ length: 10 }, (_, index) => pair(`x${index}`, `y${index}`));
  const chain = [pair('c3', 'c2'), pair('c2', 'c1'), pair('c1', 'c0')];
  const star = [pair('s1', 's0'), pair('s2', 's0'), pair('s3', 's0')];
  assert.deepEqual(agents(drawnPairs([...single, ...chain, ...star], 8)), [
    'c0',
    'c1',
    'c2',
    'c3',
    's0',
    's1',
    's2',
    's3',
  ]);
});

test('drawnPairs(): of a chain longer than the drawing its root is drawn; wait cycles come before all', () => {
  const chain = Array.from({ length: 30 }, (_, index) => pair(`c${index + 1}`, `c${index}`));
  assert.ok(agents(drawnPairs(chain, 20)).includes('c0'));
  const cycle = [pair('a', 'b', true), pair('b', 'a', true)];
  assert.ok(agents(drawnPairs([...chain, ...cycle], 5)).includes('a'));
});

test('drawnPairs(): for any waits at most that many agents, and every wait between two of them', () => {
  const name = fc.nat(12).map(String);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, name, fc.boolean()), { maxLength: 40 }),
      fc.integer({ min: 2, max: 12 }),
      (list, most) => {
        const pairs = list.filter(([a, b]) => a !== b).map(([a, b, inCycle]) => pair(a, b, inCycle));
        const drawn = drawnPairs(pairs, most);
        const chosen = new Set(agents(drawn));
        assert.ok(chosen.size <= most);
        assert.ok(pairs.length === 0 || drawn.length > 0);
        assert.deepEqual(
          drawn,
          agents(pairs).length <= most ? pairs : pairs.filter(({ from, to }) => chosen.has(from) && chosen.has(to)),
        );
      },
    ),
  );
});
