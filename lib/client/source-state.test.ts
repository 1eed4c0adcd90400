import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUnknown } from './source-state';

test('isUnknown(): a file that was never read, not one whose last content is shown', () => {
  assert.equal(isUnknown({ state: 'unreadable', kept_from: null }), true);
  assert.equal(isUnknown({ state: 'unreadable', kept_from: '2026-03-01T12:00:00+00:00' }), false);
  assert.equal(isUnknown({ state: 'degraded', kept_from: null }), false);
  assert.equal(isUnknown({ state: 'missing', kept_from: null }), false);
});
