/**
 * The tests in one command. `npm test` runs everything; `npm test -- PATTERN...` runs the test files whose paths
 * contain a pattern, and builds only if one of them needs a build that is missing or out of date. The last line is the
 * sum: `N passed, N failed`. Lint, build, torture and endurance count as one each, every other step by its tests.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasCurrentBuild } from '../bin/build';
import { ensureBrowser, FETCH_BROWSER, isBrowserFound } from './ensure-browser';
import { runSteps } from './run-steps';
import { asOne, type Counts, type Ended, nodeCounts, playwrightCounts, sumLine, sumOf } from './test-counts';
import {
  EVERY_STEP,
  escapeRegExp,
  findTests,
  PatternError,
  planSteps,
  type StepName,
  selectTests,
  type TestFiles,
} from './test-plan';

const SEED = './test/support/seed.ts';

interface CommandOptions {
  environment?: Record<string, string>;
  /** Whether its output is shown at its end, since other commands print meanwhile. */
  isHeld?: boolean;
}

function command(
  program: string,
  words: readonly string[],
  { environment = {}, isHeld = false }: CommandOptions = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...environment },
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
      if (!isHeld) process.stdout.write(chunk);
    });
    child.stderr.pipe(process.stderr);
    child.on('error', (error) => {
      console.error(`${program} could not be started: ${error.message}`);
      resolve({ succeeded: false, output });
    });
    child.on('close', (exitCode) => {
      if (isHeld) process.stdout.write(output);
      resolve({ succeeded: exitCode === 0, output });
    });
  });
}

/** Runs scripts at the same time, and beside other tests: they mostly wait, and their short forms judge no times. */
async function shortForms(...files: readonly string[]): Promise<Counts> {
  const counts = files.map(async (file) =>
    asOne(await command(process.execPath, ['--import', 'tsx', file, '--short'], { isHeld: true })),
  );
  return sumOf(await Promise.all(counts));
}

async function npmScript(name: string, environment?: Record<string, string>): Promise<Counts> {
  return asOne(await command('npm', ['run', name], { environment }));
}

async function nodeTests(files: readonly string[], atOnce: number): Promise<Counts> {
  // Without files node would search for tests by its own rules.
  if (files.length === 0) return { passed: 0, failed: 1 };
  const modules = ['--import', 'tsx', '--import', SEED];
  const options = ['--test', `--test-concurrency=${atOnce}`, '--test-reporter=spec'];
  return nodeCounts(await command(process.execPath, [...modules, ...options, ...files]));
}

/** @returns empty counts if there is a browser: whether one had to be downloaded must not change the sum */
async function browser(): Promise<Counts> {
  const problem = await ensureBrowser({ isFound: isBrowserFound, fetch: () => command('npx', FETCH_BROWSER) });
  if (problem !== null) console.error(problem);
  return { passed: 0, failed: problem === null ? 0 : 1 };
}

async function browserTests(files: readonly string[]): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'claude-swarm-dashboard-test-'));
  const report = join(folder, 'report.json');
  // Playwright takes each word for a regular expression.
  const words = files.map((file) => `${escapeRegExp(file)}$`);
  try {
    const ended = await command('npx', ['playwright', 'test', '--reporter=list,json', ...words], {
      environment: { PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    });
    return playwrightCounts(ended, existsSync(report) ? readFileSync(report, 'utf8') : null);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function stepsOver(files: TestFiles): Record<StepName, () => Promise<Counts>> {
  return {
    lint: () => npmScript('lint'),
    // The tests expect the root path, whatever BASE_PATH the user has set.
    build: () => npmScript('build', { BASE_PATH: '' }),
    browser,
    'unit tests': () => nodeTests(files.unit, 2),
    // Half of the time they wait for servers.
    'integration tests': () => nodeTests(files.integration, 3),
    'torture and endurance, short forms': () => shortForms('bench/torture.ts', 'bench/endure.ts'),
    'end to end tests': () => browserTests(files.browser),
  };
}

async function main(patterns: readonly string[]): Promise<Counts> {
  const root = process.cwd();
  const tests = findTests(root);
  if (patterns.length === 0) return runSteps(EVERY_STEP, stepsOver(tests));
  try {
    const selection = selectTests(tests, patterns, root);
    const opensPage = (file: string) => readFileSync(file, 'utf8').includes("from '@playwright/test'");
    const plan = planSteps(selection, { isBuilt: hasCurrentBuild(root, ''), opensPage });
    return await runSteps(plan, stepsOver(selection));
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    console.error(error.message);
    return { passed: 0, failed: 1 };
  }
}

const sum = await main(process.argv.slice(2));
process.exitCode = sum.failed === 0 ? 0 : 1;
console.log(sumLine(sum));
