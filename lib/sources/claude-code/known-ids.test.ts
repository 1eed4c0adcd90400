import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownIds } from './known-ids';

test('KnownIds.add(): each of many ids is new once', () => {
  const known = new KnownIds();
  const ids = Array.from({ length: 50_000 }, (_, i) => `msg_${i}`);
  assert.equal(ids.filter((id) => known.add(id)).length, ids.length);
  assert.equal(ids.filter((id) => known.add(id)).length, 0);
});

test('KnownIds.add(): the oldest are forgotten, the newest are kept', () => {
  const known = new KnownIds(100);
  for (let i = 0; i < 1000; i++) known.add(`msg_${i}`);
  assert.equal(known.add('msg_0'), true);
  for (let i = 901; i < 1000; i++) assert.equal(known.add(`msg_${i}`), false);
});
