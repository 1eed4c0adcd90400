import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_CLIENTS, MAX_PER_CLIENT, RememberedCredentials } from './remembered-credentials';

const DAY_MS = 24 * 3_600_000;

test('has(): what was right passes at its address alone, for a day after it was last shown', () => {
  const known = new RememberedCredentials();
  known.add('a', 'Bearer one', 1_000);
  assert.equal(known.has('a', 'Bearer one', 1_000 + DAY_MS - 1), true);
  assert.equal(known.has('a', 'Bearer one', 1_000 + DAY_MS), false);
  assert.equal(known.has('b', 'Bearer one', 2_000), false);
  for (const guess of ['Bearer on', 'Bearer onee', 'bearer one', '']) assert.equal(known.has('a', guess, 2_000), false);
  known.add('a', 'Bearer one', 5_000);
  assert.equal(known.has('a', 'Bearer one', 1_000 + DAY_MS), true, 'shown again');
});

test('remove(): credentials that are wrong by now are forgotten, others stay', () => {
  const known = new RememberedCredentials();
  known.add('a', 'one');
  known.add('a', 'two');
  known.remove('a', 'one');
  known.remove('b', 'two');
  assert.deepEqual([known.has('a', 'one'), known.has('a', 'two')], [false, true]);
});

test('add(): what is remembered is bounded for each address and in all, the oldest goes first', () => {
  const known = new RememberedCredentials();
  for (let index = 0; index <= MAX_PER_CLIENT; index++) known.add('a', `token ${index}`);
  assert.deepEqual([known.has('a', 'token 0'), known.has('a', 'token 1')], [false, true]);
  for (let index = 1; index < MAX_CLIENTS; index++) known.add(`other ${index}`, 'one');
  assert.equal(known.has('a', 'token 1'), true);
  known.add('one more', 'one');
  assert.equal(known.has('a', 'token 1'), false);
  assert.equal(known.has('other 1', 'one'), true);
});

test('has(): guesses at what is remembered are bounded for a day; then nothing passes', () => {
  const known = new RememberedCredentials({ maxMissesPerDay: 3 });
  known.add('a', 'right', 0);
  known.add('b', 'right', 0);
  for (let guess = 0; guess < 3; guess++) known.has('a', 'wrong', 1);
  assert.deepEqual([known.has('a', 'right', 2), known.has('b', 'right', 2)], [false, true]);
  known.add('a', 'right', DAY_MS);
  assert.equal(known.has('a', 'right', DAY_MS), true, 'on the next day');
});
