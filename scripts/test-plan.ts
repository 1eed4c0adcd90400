/** Which tests there are, which of them a person asked for, and the steps that run them. */
import { readdirSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';

/** How a test file is run. */
type TestKind = 'unit' | 'integration' | 'browser';

/** Paths relative to the repository, with `/` between their parts. */
export type TestFiles = Record<TestKind, readonly string[]>;

export type StepName =
  | 'lint'
  | 'build'
  | 'browser'
  | 'unit tests'
  | 'integration tests'
  | 'torture and endurance, short forms'
  | 'end to end tests';

/** What `npm test` without a pattern runs. */
export const EVERY_STEP: readonly StepName[] = [
  'lint',
  'build',
  'browser',
  'unit tests',
  'torture and endurance, short forms',
  'integration tests',
  'end to end tests',
];

/** Not tests: `npm run screenshots` runs them. */
const SCREENSHOTS = 'e2e/screenshots';

/** Not a part of `npm test`: `npm run test:claude` runs it. */
const REAL_CLAUDE = 'test/claude/';

/** The command line names something that cannot be run. The message is for the person who typed it. */
export class PatternError extends Error {}

/** @returns the test files below a folder; folders whose name begins with a dot and `node_modules` are left out */
export function findTests(root: string): TestFiles {
  const folders = readdirSync(root, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules',
  );
  const paths = folders.flatMap(({ name }) =>
    readdirSync(join(root, name), { recursive: true, encoding: 'utf8' }).map((path) =>
      posix.join(name, path.split(sep).join('/')),
    ),
  );
  return sortTests(paths.sort());
}

/** @returns the paths that name test files, by the way in which they are run */
export function sortTests(paths: readonly string[]): TestFiles {
  const nodeTests = paths.filter((path) => /\.test\.tsx?$/.test(path) && !path.startsWith(REAL_CLAUDE));
  const isIntegration = (path: string) => path.startsWith('test/integration/');
  return {
    unit: nodeTests.filter((path) => !isIntegration(path)),
    integration: nodeTests.filter(isIntegration),
    browser: paths.filter((path) => /^e2e\/.*\.spec\.ts$/.test(path) && !path.startsWith(SCREENSHOTS)),
  };
}

/**
 * Chooses test files by patterns: parts of their paths, in any case; `*` matches any characters.
 *
 * @param root the repository, so that absolute paths work too
 * @returns every file that at least one pattern matches
 * @throws {PatternError} if a pattern matches no file or is an option
 */
export function selectTests(tests: TestFiles, patterns: readonly string[], root: string): TestFiles {
  const option = patterns.find((pattern) => pattern.startsWith('-'));
  if (option !== undefined) {
    throw new PatternError(
      `Unknown option ${option}. Usage: "npm test" runs everything, "npm test -- PATTERN..." the test files whose paths contain a pattern.`,
    );
  }
  const all = [...tests.unit, ...tests.integration, ...tests.browser];
  const matchers = patterns.map((pattern) => matcher(pattern, root));
  const unmatched = patterns.filter((_, index) => !all.some((path) => matchers[index]?.test(path)));
  if (unmatched.length > 0) {
    throw new PatternError(
      `No test file matches ${unmatched.map((pattern) => JSON.stringify(pattern)).join(', ')}. A pattern is a part of a path ` +
        `such as "hub", "test/integration/live" or "e2e/messages.spec.ts"; "*" matches any characters. ` +
        `${all.length} test files were searched.`,
    );
  }
  const chosen = (paths: readonly string[]) => paths.filter((path) => matchers.some((one) => one.test(path)));
  return { unit: chosen(tests.unit), integration: chosen(tests.integration), browser: chosen(tests.browser) };
}

function matcher(pattern: string, root: string): RegExp {
  const inside = pattern.startsWith('/') ? relative(root, pattern).split(sep).join('/') : pattern.replace(/^\.\//, '');
  return new RegExp(inside.split('*').map(escapeRegExp).join('.*'), 'i');
}

/** @returns a regular expression's source that matches exactly this text */
export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/**
 * Lists the steps that run chosen files, in order.
 *
 * @param facts.isBuilt whether there is a build as new as its sources
 * @param facts.opensPage whether a file starts a browser by itself; end-to-end tests always do
 */
export function planSteps(
  { unit, integration, browser }: TestFiles,
  facts: { isBuilt: boolean; opensPage(file: string): boolean },
): StepName[] {
  const wanted: Partial<Record<StepName, boolean>> = {
    build: integration.length + browser.length > 0 && !facts.isBuilt,
    browser: browser.length > 0 || [...unit, ...integration].some(facts.opensPage),
    'unit tests': unit.length > 0,
    'integration tests': integration.length > 0,
    'end to end tests': browser.length > 0,
  };
  return EVERY_STEP.filter((name) => wanted[name]);
}
