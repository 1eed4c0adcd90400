/** Prints the lines of the torture. */

import { availableParallelism, loadavg } from 'node:os';

export interface Outcome {
  /** Counts and times as text. */
  facts: string;
  /** Faults; each is a failure. */
  faults: string[];
  /** Times and rates above their bounds: failures only if timings are checked. */
  slow?: string[];
}

export class Report {
  readonly #judgeTimings: boolean;
  readonly #only: string;
  readonly #failed: string[] = [];
  #steps = 0;

  /**
   * @param judgeTimings false if the machine is shared and only outcomes count
   * @param only runs only the steps whose names contain this text
   */
  constructor(judgeTimings: boolean, only = '') {
    this.#judgeTimings = judgeTimings;
    this.#only = only;
  }

  get hasFailures(): boolean {
    return this.#failed.length > 0;
  }

  /** Runs one step and prints its line; a step that throws counts as failed and does not end the others. */
  async step(name: string, run: () => Promise<Outcome>): Promise<void> {
    if (!name.includes(this.#only)) return;
    this.#steps += 1;
    const begun = performance.now();
    const {
      facts,
      faults,
      slow = [],
    } = await run().catch(
      (error: unknown): Outcome => ({ facts: '', faults: [error instanceof Error ? error.message : String(error)] }),
    );
    const wrong = this.#judgeTimings ? [...faults, ...slow] : faults;
    const notes = this.#judgeTimings ? [] : slow.map((note) => `  (not judged here: ${note})`);
    if (wrong.length > 0) this.#failed.push(name);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    const lines = [`${wrong.length === 0 ? 'OK    ' : 'FAILED'}  ${name} (${seconds} s): ${facts}`];
    console.log([...lines, ...wrong.slice(0, 10).map((fault) => `  - ${fault}`), ...notes].join('\n'));
  }

  /** Prints the sum, and the load of the machine: times from a busy machine say little. */
  end(): void {
    const failures = this.#failed.length > 0 ? `, FAILED: ${this.#failed.join('; ')}` : ', all OK';
    const load = loadavg().map((average) => average.toFixed(1));
    console.log(`\n${availableParallelism()} cores, load average ${load.join(' ')}\n${this.#steps} steps${failures}`);
  }
}
