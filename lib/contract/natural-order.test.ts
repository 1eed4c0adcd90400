import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareNaturally } from './natural-order';

const name = fc.stringMatching(/^[a-b0-9/-]{0,6}$/);

test('compareNaturally(): numbers in names compare as numbers', () => {
  const sorted = ['agent-10', 'agent-2', 'agent-1', 'b', 'agent', 'a2b10', 'a2b9'].sort(compareNaturally);
  assert.deepEqual(sorted, ['a2b9', 'a2b10', 'agent', 'agent-1', 'agent-2', 'agent-10', 'b']);
  assert.ok(compareNaturally('9'.repeat(400), '1'.repeat(401)) < 0);
});

test('compareNaturally(): a total order, antisymmetric, transitive, and equal only for equal names', () => {
  fc.assert(
    fc.property(name, name, name, (a, b, c) => {
      assert.equal(Math.sign(compareNaturally(a, b)), -Math.sign(compareNaturally(b, a)) || 0);
      assert.equal(compareNaturally(a, b) === 0, a === b);
      if (compareNaturally(a, b) <= 0 && compareNaturally(b, c) <= 0) assert.ok(compareNaturally(a, c) <= 0);
    }),
  );
});
