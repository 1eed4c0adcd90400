import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAbsent, isUnknown } from './source-state';

test('isUnknown(): a file that was never read, not one whose last content is shown', () => {
  assert.equal(isUnknown({ state: 'unreadable', kept_from: null }), true);
  assert.equal(isUnknown({ state: 'unreadable', kept_from: '2026-03-01T12:00:00+00:00' }), false);
  assert.equal(isUnknown({ state: 'degraded', kept_from: null }), false);
  assert.equal(isUnknown({ state: 'missing', kept_from: null }), false);
});

test('isAbsent(): a file that vanished is not absent, since its last content is shown', () => {
  const source = { state: 'missing', kept_from: null } as const;
  assert.equal(isAbsent(source), true);
  assert.equal(isAbsent({ ...source, kept_from: '2026-02-03T09:00:00+00:00' }), false);
  assert.equal(isAbsent({ ...source, state: 'unreadable' }), false);
});
