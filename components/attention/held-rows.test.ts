import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdRows } from './held-rows';

const rows = (text: string) => [...text].map((key) => ({ key }));
const held = (places: string, now: string) =>
  holdRows([...places], rows(now))
    .map(({ key, row }) => (row === null ? '_' : key))
    .join('');

test('holdRows(): rows keep their places whatever their order is now; new ones come last', () => {
  assert.equal(held('abc', 'cab'), 'abc');
  assert.equal(held('abc', 'xcayb'), 'abcxy');
  assert.equal(held('', 'ab'), 'ab');
});

test('holdRows(): a row that is gone leaves its place empty, and takes it again if it comes back', () => {
  assert.equal(held('abc', 'ac'), 'a_c');
  assert.equal(held('abc', 'bxca'), 'abcx');
  assert.equal(held('abc', ''), '___');
});
