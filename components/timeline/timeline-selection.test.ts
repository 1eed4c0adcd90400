import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Thing } from './timeline-hit';
import { enterAction, selectionOf } from './timeline-selection';

const place: Thing = {
  kind: 'place',
  agent: 'agent-0',
  at: 50,
  health: null,
  activity: null,
  unknown: null,
  spoke: null,
};
const messages: Thing = { kind: 'messages', agent: 'agent-0', at: 40, ticks: [] };

test('enterAction(): an empty place is viewed at once, a thing when it is selected already', () => {
  assert.deepEqual(enterAction(place, null), { view: 50 });
  assert.deepEqual(enterAction(messages, null), { select: messages });
  assert.deepEqual(enterAction(messages, selectionOf(place, 50)), { select: messages });
  assert.deepEqual(enterAction({ ...messages }, selectionOf(messages, 40)), { view: 40 });
});

test('selectionOf(): a thing without a known moment cannot be selected', () => {
  assert.equal(selectionOf(messages, Number.NEGATIVE_INFINITY), null);
  assert.equal(selectionOf(place, 50)?.isPlace, true);
  assert.equal(selectionOf(messages, 40)?.isPlace, false);
});
