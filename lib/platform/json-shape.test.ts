import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFlag, isText, isWhole, listOf, orNull, recordOf, shape } from './json-shape';

test('isText() and the like: accept values of one type', () => {
  const values = ['', 'a', 0, -1, 1.5, 2 ** 53, true, false, null, undefined, [], {}];
  assert.deepEqual(values.filter(isText), ['', 'a']);
  assert.deepEqual(values.filter(isWhole), [0, -1]);
  assert.deepEqual(values.filter(isFlag), [true, false]);
  assert.deepEqual(values.filter(orNull(isWhole)), [0, -1, null]);
});

test('listOf(), recordOf(), shape(): every entry must pass its check', () => {
  assert.deepEqual([[], [1, 2], [1, 'a'], {}, null].map(listOf(isWhole)), [true, true, false, false, false]);
  assert.deepEqual([{}, { a: 1 }, { a: 1, b: '' }, [], null].map(recordOf(isWhole)), [true, true, false, false, false]);
  const isPlace = shape<{ name: string; at: number | null }>({ name: isText, at: orNull(isWhole) });
  const places = [{ name: 'a', at: 1 }, { name: 'a', at: null, more: 1 }, { name: 'a' }, { at: 1 }, [], null, 'a'];
  assert.deepEqual(places.map(isPlace), [true, true, false, false, false, false, false]);
});
