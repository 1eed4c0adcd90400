/** Counts of tests, read from the output of the test runners. */
import { stripVTControlCharacters } from 'node:util';

export interface Counts {
  passed: number;
  failed: number;
}

/** The result of a command. */
export interface Ended {
  succeeded: boolean;
  /** Its standard output. */
  output: string;
}

/** Counts a command as one test. */
export function asOne({ succeeded }: Ended): Counts {
  return succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Reads the summary of `node --test` (spec reporter). */
export function nodeCounts(ended: Ended): Counts {
  const summary = stripVTControlCharacters(ended.output);
  // Several processes never share one summary, but a test may print such a line itself: the last one counts.
  const count = (word: string) =>
    Number(
      summary
        .match(new RegExp(`^\\S+ ${word} \\d+$`, 'gm'))
        ?.at(-1)
        ?.split(' ')[2] ?? 0,
    );
  return withFailure(ended, count('pass'), count('fail') + count('cancelled'));
}

/**
 * Reads Playwright's JSON report. A test that passed only at the second try counts as failed.
 *
 * @param report its text, or null if none was written
 */
export function playwrightCounts(ended: Ended, report: string | null): Counts {
  if (report === null) return withFailure(ended, 0, 0);
  const { stats } = JSON.parse(report) as { stats: { expected: number; unexpected: number; flaky: number } };
  return withFailure(ended, stats.expected, stats.unexpected + stats.flaky);
}

/** A runner that did not count its failure (it could not start, it was killed) still failed. */
function withFailure({ succeeded }: Ended, passed: number, failed: number): Counts {
  return { passed, failed: !succeeded && failed === 0 ? 1 : failed };
}

/** @returns the sum of counts */
export function sumOf(all: readonly Counts[]): Counts {
  const sum = { passed: 0, failed: 0 };
  for (const { passed, failed } of all) {
    sum.passed += passed;
    sum.failed += failed;
  }
  return sum;
}

/** The line that ends every run. */
export function sumLine({ passed, failed }: Counts): string {
  return `${passed} passed, ${failed} failed`;
}
