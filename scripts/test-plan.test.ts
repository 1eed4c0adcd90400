import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { EVERY_STEP, escapeRegExp, findTests, planSteps, selectTests, sortTests } from './test-plan';

const ROOT = '/home/ada/dashboard';
const TESTS = sortTests([
  'test/claude/claude-code.test.ts',
  'components/agents/agent-row.test.tsx',
  'e2e/fixtures.ts',
  'e2e/live.spec.ts',
  'e2e/screenshots.spec.ts',
  'e2e/screenshots-work.spec.ts',
  'lib/hub/hub.property.test.ts',
  'lib/hub/hub.test.ts',
  'lib/hub/hub.ts',
  'test/integration/live.test.ts',
  'test/integration/proxies.test.ts',
  'test/support/samples.ts',
]);
const OFFLINE = { isBuilt: false, opensPage: () => false };

function select(...patterns: string[]) {
  return selectTests(TESTS, patterns, ROOT);
}

function selected(...patterns: string[]): string[] {
  const { unit, integration, browser } = select(...patterns);
  return [...unit, ...integration, ...browser];
}

test('sortTests(): only tests are listed, each as it is run', () => {
  assert.deepEqual(TESTS, {
    unit: ['components/agents/agent-row.test.tsx', 'lib/hub/hub.property.test.ts', 'lib/hub/hub.test.ts'],
    integration: ['test/integration/live.test.ts', 'test/integration/proxies.test.ts'],
    browser: ['e2e/live.spec.ts'],
  });
});

test('findTests(): every kind of test of this repository is found, in any top folder, node_modules left out', () => {
  const found = findTests(process.cwd());
  assert.ok(found.unit.includes('scripts/test-plan.test.ts'));
  const integration = readdirSync('test/integration').filter((name) => name.endsWith('.test.ts'));
  assert.equal(found.integration.length, integration.length);
  assert.ok(found.browser.length > 0 && !found.browser.some((path) => path.includes('screenshots')));
  assert.ok(Object.values(found).every((paths) => paths.every((path: string) => !path.includes('node_modules'))));
});

test('selectTests(): a pattern is a part of a path in any case, and may select several kinds', () => {
  assert.deepEqual(selected('LIVE'), ['test/integration/live.test.ts', 'e2e/live.spec.ts']);
  assert.deepEqual(selected('lib/hub/'), ['lib/hub/hub.property.test.ts', 'lib/hub/hub.test.ts']);
});

test('selectTests(): a whole path selects one file, relative or absolute', () => {
  for (const path of ['lib/hub/hub.test.ts', './lib/hub/hub.test.ts', `${ROOT}/lib/hub/hub.test.ts`]) {
    assert.deepEqual(selected(path), ['lib/hub/hub.test.ts']);
  }
});

test('selectTests(): a star matches any characters, every other character itself', () => {
  assert.deepEqual(selected('hub*property'), ['lib/hub/hub.property.test.ts']);
  assert.throws(() => select('hub?test'), /No test file matches "hub\?test"/);
  assert.throws(() => select('h.b'), /No test file matches "h\.b"/);
});

test('selectTests(): several patterns select the files of each, once', () => {
  assert.deepEqual(selected('hub.test', 'hub', 'agent-row'), TESTS.unit);
});

test('selectTests(): each pattern that matches nothing is named, and what a pattern is', () => {
  assert.throws(
    () => select('hub', 'no-such', 'nor-this'),
    /No test file matches "no-such", "nor-this"\. A pattern is a part of a path .* 6 test files/,
  );
  assert.throws(() => select('screenshots'), /No test file matches "screenshots"/);
});

test('selectTests(): an option is refused with the usage', () => {
  assert.throws(() => select('--watch'), /Unknown option --watch\. Usage: .*npm test -- PATTERN/);
});

test('planSteps(): unit tests need neither build nor browser', () => {
  assert.deepEqual(planSteps(select('hub'), OFFLINE), ['unit tests']);
});

test('planSteps(): integration tests need a build where there is no current one', () => {
  assert.deepEqual(planSteps(select('integration/live'), OFFLINE), ['build', 'integration tests']);
  assert.deepEqual(planSteps(select('integration/live'), { ...OFFLINE, isBuilt: true }), ['integration tests']);
});

test('planSteps(): end-to-end tests and tests that open a page need a browser', () => {
  assert.deepEqual(planSteps(select('e2e/'), OFFLINE), ['build', 'browser', 'end to end tests']);
  const opensPage = (file: string) => file.includes('proxies');
  assert.deepEqual(planSteps(select('integration'), { isBuilt: true, opensPage }), ['browser', 'integration tests']);
  assert.deepEqual(planSteps(select('integration/live'), { isBuilt: true, opensPage }), ['integration tests']);
});

test('planSteps(): steps keep the order of a whole run', () => {
  const steps = planSteps(TESTS, OFFLINE);
  assert.deepEqual(
    steps,
    EVERY_STEP.filter((name) => steps.includes(name)),
  );
  assert.equal(steps.length, 5);
});

test('escapeRegExp(): the pattern given to Playwright matches that path alone', () => {
  const pattern = new RegExp(`${escapeRegExp('e2e/live.spec.ts')}$`);
  assert.ok(pattern.test('/home/ada/e2e/live.spec.ts'));
  assert.ok(!pattern.test('/home/ada/e2e/live-spec.ts') && !pattern.test('/home/ada/e2e/live.spec.tsx'));
});
