import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PendingPermission } from '@/lib/contract/action-schemas';
import { examples } from '@/lib/contract/examples';
import { steadyCards } from './steady-cards';

const [example] = examples.permissions.permissions as [PendingPermission];
const card = (id: string) => ({ ...example, id });

test('steadyCards(): under the pointer nothing changes its place: ended cards stay, new ones follow', () => {
  const [a, b, c] = [card('a'), card('b'), card('c')];
  const changed = { ...b, answerable: false };
  assert.deepEqual(steadyCards([a, b], [changed, c], true), [a, changed, c]);
  assert.deepEqual(steadyCards([a, changed, c], [c], false), [c]);
});

test('steadyCards(): the same cards are the same list', () => {
  const shown = [card('a'), card('b')];
  assert.equal(steadyCards(shown, [...shown], true), shown);
  assert.equal(steadyCards(shown, [...shown], false), shown);
  assert.notEqual(steadyCards(shown, [card('a')], false), shown);
});
