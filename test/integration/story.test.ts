/** The short form of `bench/story.ts`: what was, asked after kills, is as the simulator's own chronicle has it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runStory } from '../../bench/story-run';

test('a story told with three kills: every moment is as it was or marked as unknown', async () => {
  const outcome = await runStory({ seconds: 50, kills: 3, moments: 100, seed: 5, agents: 5, speed: 4 });
  assert.deepEqual(outcome.faults, []);
  assert.equal(outcome.equal + outcome.unknown, 100);
  assert.ok(outcome.equal > 30, `${outcome.equal} moments are known`);
  assert.ok(outcome.unknown > 0, 'some moments fell into the times when the server was dead');
});
