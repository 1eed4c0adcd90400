import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pastExamples } from '@/lib/contract/past-examples';
import type { TimelineAnswer } from '@/lib/contract/past-schemas';
import { joinParts } from './read-timeline';

test('joinParts(): every list has the things of the lanes of both parts', () => {
  const { timeline } = pastExamples;
  const first: TimelineAnswer = { ...timeline, next_agent: 'agent-1' };
  const joined = joinParts(first, timeline);
  for (const [name, list] of Object.entries(timeline)) {
    if (!Array.isArray(list) || name === 'unknown') continue;
    assert.ok(list.length > 0, `the example has ${name}`);
    assert.deepEqual(joined[name as 'tasks'], [...list, ...list], name);
  }
  assert.deepEqual([joined.unknown, joined.next_agent], [timeline.unknown, null]);
  assert.equal(first.tasks.length, 1, 'no part is changed');
});
