import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedTypes, MAX_TYPE_LENGTH, MAX_TYPES } from './type-counts';

test('boundedTypes(): the usual types are all listed, by name', () => {
  const counts = [
    ['QUESTION', 1],
    ['ACK', 3],
    ['INFO', 2],
  ] as const;
  const { types, otherTypes } = boundedTypes(counts);
  assert.deepEqual(Object.entries(types), [
    ['ACK', 3],
    ['INFO', 2],
    ['QUESTION', 1],
  ]);
  assert.equal(otherTypes, 0);
});

test('boundedTypes(): of many types the most frequent are listed, and the others counted', () => {
  const many = Array.from({ length: 5000 }, (_, index): [string, number] => [`T${index}`, index]);
  const { types, otherTypes } = boundedTypes(many);
  assert.equal(Object.keys(types).length, MAX_TYPES);
  assert.equal(otherTypes, 5000 - MAX_TYPES);
  assert.ok(Object.values(types).every((count) => count >= 5000 - MAX_TYPES));
});

test('boundedTypes(): a type with a very long name is counted, not listed', () => {
  const long = 'X'.repeat(MAX_TYPE_LENGTH + 1);
  assert.deepEqual(boundedTypes([[long, 9] as const, ['INFO', 1] as const]), { types: { INFO: 1 }, otherTypes: 1 });
});
