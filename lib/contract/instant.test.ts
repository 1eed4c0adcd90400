import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatInstant, instantWriter } from './instant';

test('many instants are written as single ones are, whatever the order of days', () => {
  const moments = fc.array(fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }));
  const write = instantWriter();
  fc.assert(fc.property(moments, (list) => assert.deepEqual(list.map(write), list.map(formatInstant))));
  assert.equal(write(-1), '1969-12-31T23:59:59.999+00:00');
});
