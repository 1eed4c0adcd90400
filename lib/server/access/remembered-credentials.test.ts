import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_CLIENTS, MAX_PER_CLIENT, RememberedCredentials } from './remembered-credentials';

const DAY_MS = 24 * 3_600_000;

test('has(): right credentials pass only at their address, for a day after their last use', () => {
  const known = new RememberedCredentials();
  known.add('a', 'Bearer one', 1_000);
  assert.equal(known.has('a', 'Bearer one', 1_000 + DAY_MS - 1), true);
  assert.equal(known.has('a', 'Bearer one', 1_000 + DAY_MS), false);
  assert.equal(known.has('b', 'Bearer one', 2_000), false);
  for (const guess of ['Bearer on', 'Bearer onee', 'bearer one', '']) assert.equal(known.has('a', guess, 2_000), false);
  known.add('a', 'Bearer one', 5_000);
  assert.equal(known.has('a', 'Bearer one', 1_000 + DAY_MS), true, 'shown again');
});

test('remove(): forgets credentials that are no longer right, and no others', () => {
  const known = new RememberedCredentials();
  known.add('a', 'one');
  known.add('a', 'two');
  known.remove('a', 'one');
  known.remove('b', 'two');
  assert.deepEqual([known.has('a', 'one'), known.has('a', 'two')], [false, true]);
});

test('add(): the number of entries is bounded per address and in total; the oldest are dropped first', () => {
  const known = new RememberedCredentials();
  for (let index = 0; index <= MAX_PER_CLIENT; index++) known.add('a', `token ${index}`);
  assert.deepEqual([known.has('a', 'token 0'), known.has('a', 'token 1')], [false, true]);
  for (let index = 1; index < MAX_CLIENTS; index++) known.add(`other ${index}`, 'one');
  assert.equal(known.has('a', 'token 1'), true);
  known.add('one more', 'one');
  assert.equal(known.has('a', 'token 1'), false);
  assert.equal(known.has('other 1', 'one'), true);
});

test('has(): after the maximum of wrong guesses per day nothing passes', () => {
  const known = new RememberedCredentials({ maxMissesPerDay: 3 });
  known.add('a', 'right', 0);
  known.add('b', 'right', 0);
  for (let guess = 0; guess < 3; guess++) known.has('a', 'wrong', 1);
  assert.deepEqual([known.has('a', 'right', 2), known.has('b', 'right', 2)], [false, true]);
  known.add('a', 'right', DAY_MS);
  assert.equal(known.has('a', 'right', DAY_MS), true, 'on the next day');
});
