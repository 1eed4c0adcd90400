import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inKeptOrder } from './steady-order';

const same = (key: string) => key;

test('inKeptOrder(): what is on the page keeps its order, however the list is sorted now', () => {
  assert.deepEqual(inKeptOrder(['c', 'a', 'b'], ['a', 'b', 'c'], same), ['a', 'b', 'c']);
});

test('inKeptOrder(): new items follow in their own order, and removed ones are gone', () => {
  assert.deepEqual(inKeptOrder(['new 1', 'c', 'new 2', 'a'], ['a', 'b', 'c'], same), ['a', 'c', 'new 1', 'new 2']);
});
