/** The short form of `bench/story.ts`: the past, requested after kills, equals the chronicle of the simulator. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runStory } from '../../bench/story-run';

test('a story with three kills: every moment has its true state or is marked as unknown', async () => {
  const outcome = await runStory({ seconds: 50, kills: 3, moments: 100, seed: 5, agents: 5, speed: 4 });
  assert.deepEqual(outcome.faults, []);
  assert.equal(outcome.equal + outcome.unknown, 100);
  assert.ok(outcome.equal > 30, `${outcome.equal} moments are known`);
  assert.ok(outcome.unknown > 0, 'some moments fell into the times when the server was dead');
});
