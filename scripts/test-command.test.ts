/** `npm test -- PATTERN` as a person runs it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

function run(...patterns: string[]) {
  // With the context of this test, a runner inside would report to the one outside instead of counting.
  const { NODE_TEST_CONTEXT: _context, ...environment } = process.env;
  const words = ['--import', 'tsx', 'scripts/test.ts', ...patterns];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', env: environment });
  const steps = [...stdout.matchAll(/^--- (.*) ---$/gm)].map(([, name]) => name);
  return { status, stderr, steps, lastLine: stdout.trimEnd().split('\n').at(-1) };
}

test('npm test -- PATTERN: runs that file alone and ends with the sum', () => {
  const { status, steps, lastLine } = run('scripts/ensure-browser.test.ts');
  assert.deepEqual(steps, ['unit tests']);
  assert.match(lastLine ?? '', /^[1-9]\d* passed, 0 failed$/);
  assert.equal(status, 0);
});

test('npm test -- PATTERN: where nothing matches nothing runs, and it fails with a message', () => {
  const { status, stderr, steps, lastLine } = run('scripts/ensure-browser', 'no-such-test');
  assert.deepEqual(steps, []);
  assert.match(stderr, /^No test file matches "no-such-test"\./);
  assert.equal(lastLine, '0 passed, 1 failed');
  assert.equal(status, 1);
});
