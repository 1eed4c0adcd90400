import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skippedSentences } from './skipped-sentences';

test('skippedSentences(): what was skipped and why, without what the reason of the source says already', () => {
  const skipped = [
    { reason: 'entry is not an object', count: 2, last: 'history[4]' },
    { reason: 'beyond the first 1000 entries', count: 1, last: null },
  ];
  const first = 'Skipped 2 entries: entry is not an object (last: history[4]).';
  assert.deepEqual(skippedSentences({ skipped, reason: null }), [
    first,
    'Skipped 1 entry: beyond the first 1000 entries.',
  ]);
  const reason = 'CONTEXTS.json is read in part: skipped 1 beyond the first 1000 entries.';
  assert.deepEqual(skippedSentences({ skipped, reason }), [first]);
  assert.deepEqual(skippedSentences({ reason: null }), []);
});
