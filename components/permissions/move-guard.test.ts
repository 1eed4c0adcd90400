import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MoveGuard, SETTLE_MS } from './move-guard';

test('MoveGuard: the buttons of a card are refused until 500 ms after they appeared or moved', () => {
  const guard = new MoveGuard();
  assert.equal(guard.allows('a', 0), false, 'not known yet');
  guard.note(new Map([['a', 100]]), 1000);
  assert.equal(guard.allows('a', 1000 + SETTLE_MS - 1), false);
  assert.equal(guard.allows('a', 1000 + SETTLE_MS), true);
  // Another card above pushes it down; the one that stays where it is may still be used.
  guard.note(
    new Map([
      ['b', 400],
      ['a', 100.4],
    ]),
    5000,
  );
  assert.equal(guard.allows('a', 5001), true);
  guard.note(
    new Map([
      ['b', 90],
      ['a', 260],
    ]),
    6000,
  );
  assert.deepEqual([guard.allows('a', 6400), guard.allows('b', 6400)], [false, false]);
  assert.deepEqual([guard.allows('a', 6500), guard.allows('b', 6500)], [true, true]);
});

test('MoveGuard: a card that comes back has appeared, and everything may move at once', () => {
  const guard = new MoveGuard();
  const places = new Map([['a', 100]]);
  guard.note(places, 0);
  guard.note(new Map(), 1000);
  guard.note(places, 2000);
  assert.equal(guard.allows('a', 2100), false);
  guard.noteAll(5000);
  assert.deepEqual([guard.allows('a', 5499), guard.allows('a', 5500)], [false, true]);
});
