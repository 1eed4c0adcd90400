/**
 * Everything that must hold, in one go: `npm test`. The last line, alone, is the sum: `N passed, N failed`. Lint, build,
 * torture and endurance count as one each, every other step by its tests.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { chromium } from '@playwright/test';

interface Counts {
  passed: number;
  failed: number;
}

interface Step {
  name: string;
  run(): Promise<Counts>;
}

interface Ended {
  succeeded: boolean;
  output: string;
}

const FOLDERS = ['lib', 'components', 'bin', 'bench', 'scripts', 'test'];
const INTEGRATION = join('test', 'integration');

const STEPS: Step[] = [
  { name: 'lint', run: () => command('npm', ['run', 'lint']).then(asOne) },
  { name: 'build', run: () => command('npm', ['run', 'build']).then(asOne) },
  { name: 'unit tests', run: () => nodeTests(testFiles().filter((file) => !file.startsWith(INTEGRATION))) },
  { name: 'integration tests', run: () => nodeTests(testFiles().filter((file) => file.startsWith(INTEGRATION))) },
  {
    name: 'torture, short form',
    run: () => command(process.execPath, ['--import', 'tsx', 'bench/torture.ts', '--short']).then(asOne),
  },
  {
    name: 'endurance, short form',
    run: () => command(process.execPath, ['--import', 'tsx', 'bench/endure.ts', '--short']).then(asOne),
  },
  { name: 'end to end tests', run: browserTests },
];

function command(program: string, words: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...environment },
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
      process.stdout.write(chunk);
    });
    child.stderr.pipe(process.stderr);
    child.on('error', (error) => {
      console.error(`${program} can't be started: ${error.message}`);
      resolve({ succeeded: false, output });
    });
    child.on('close', (exitCode) => resolve({ succeeded: exitCode === 0, output }));
  });
}

function asOne({ succeeded }: Ended): Counts {
  return succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** A step that did not count its failure (it could not start, it was killed) still failed. */
function counted({ succeeded }: Ended, passed: number, failed: number): Counts {
  return { passed, failed: !succeeded && failed === 0 ? 1 : failed };
}

function testFiles(): string[] {
  return FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.test\.tsx?$/.test(name))
      .map((name) => join(folder, name)),
  );
}

async function nodeTests(files: readonly string[]): Promise<Counts> {
  // Without files node would look for its own idea of tests.
  if (files.length === 0) return { passed: 0, failed: 1 };
  const ended = await command(process.execPath, [
    '--import',
    'tsx',
    '--test',
    '--test-concurrency=2',
    '--test-reporter=spec',
    ...files,
  ]);
  const summary = stripVTControlCharacters(ended.output);
  // Several processes never share one summary, but a test may print such a line itself: the last one counts.
  const count = (word: string) =>
    Number(
      summary
        .match(new RegExp(`^\\S+ ${word} \\d+$`, 'gm'))
        ?.at(-1)
        ?.split(' ')[2] ?? 0,
    );
  return counted(ended, count('pass'), count('fail') + count('cancelled'));
}

async function browserTests(): Promise<Counts> {
  if (!existsSync('/usr/bin/chromium') && !existsSync(chromium.executablePath())) {
    console.error(
      'No browser is found: run "npx playwright install chromium", or on Debian "apt-get install chromium", then again.',
    );
    return { passed: 0, failed: 1 };
  }
  const folder = mkdtempSync(join(tmpdir(), 'claude-swarm-dashboard-test-'));
  const report = join(folder, 'report.json');
  try {
    const ended = await command('npx', ['playwright', 'test', '--reporter=list,json'], {
      PLAYWRIGHT_JSON_OUTPUT_FILE: report,
    });
    if (!existsSync(report)) return counted(ended, 0, 0);
    const { stats } = JSON.parse(readFileSync(report, 'utf8')) as {
      stats: { expected: number; unexpected: number; flaky: number };
    };
    return counted(ended, stats.expected, stats.unexpected + stats.flaky);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const sum: Counts = { passed: 0, failed: 0 };
const results: string[] = [];
for (const { name, run } of STEPS) {
  console.log(`\n--- ${name} ---`);
  const start = performance.now();
  const { passed, failed } = await run();
  const seconds = Math.round((performance.now() - start) / 1000);
  results.push(`${failed === 0 ? 'ok    ' : 'FAILED'}  ${name}: ${passed} passed, ${failed} failed (${seconds} s)`);
  console.log(results.at(-1));
  sum.passed += passed;
  sum.failed += failed;
}
process.exitCode = sum.failed === 0 ? 0 : 1;
console.log(`\n${results.join('\n')}\n\n${sum.passed} passed, ${sum.failed} failed`);
