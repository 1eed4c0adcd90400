import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asOne, nodeCounts, playwrightCounts, sumLine } from './test-counts';

const SUMMARY = 'ℹ tests 9\nℹ pass 5\nℹ fail 2\nℹ cancelled 1\nℹ skipped 1\n';

test('nodeCounts(): passed, and failed with cancelled ones', () => {
  assert.deepEqual(nodeCounts({ succeeded: false, output: SUMMARY }), { passed: 5, failed: 3 });
});

test('nodeCounts(): colours do not matter, and the last summary counts', () => {
  const output = `ℹ pass 100\nℹ fail 100\n\u001b[34m${SUMMARY.replaceAll('\n', '\u001b[39m\n\u001b[34m')}`;
  assert.deepEqual(nodeCounts({ succeeded: false, output }), { passed: 5, failed: 3 });
});

test('nodeCounts(): a runner that fails without a count has one failure', () => {
  assert.deepEqual(nodeCounts({ succeeded: false, output: '' }), { passed: 0, failed: 1 });
  assert.deepEqual(nodeCounts({ succeeded: false, output: 'ℹ pass 5\nℹ fail 0\n' }), { passed: 5, failed: 1 });
});

test('playwrightCounts(): a test that passed at the second try has failed', () => {
  const report = JSON.stringify({ stats: { expected: 4, unexpected: 1, flaky: 2, skipped: 8 } });
  assert.deepEqual(playwrightCounts({ succeeded: false, output: '' }, report), { passed: 4, failed: 3 });
});

test('playwrightCounts(): without a report there is one failure, unless the command succeeded', () => {
  assert.deepEqual(playwrightCounts({ succeeded: false, output: '' }, null), { passed: 0, failed: 1 });
});

test('asOne(): a command counts as one', () => {
  assert.deepEqual(asOne({ succeeded: true, output: '' }), { passed: 1, failed: 0 });
  assert.deepEqual(asOne({ succeeded: false, output: '' }), { passed: 0, failed: 1 });
});

test('sumLine(): names both numbers', () => {
  assert.equal(sumLine({ passed: 12, failed: 0 }), '12 passed, 0 failed');
});
