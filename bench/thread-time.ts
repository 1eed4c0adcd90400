/** How the main thread of a process spends its time, from the counters of Linux. */
import { readFileSync } from 'node:fs';

interface Counted {
  atMs: number;
  ranMs: number;
  /** Waiting time for a processor while it was runnable. */
  waitedMs: number;
}

/** Counts from its construction. As text: the shares of time in which the thread ran, and waited for a processor. */
export class ThreadTime {
  readonly #pid: number | undefined;
  readonly #begun: Counted | null;

  constructor(pid: number | undefined) {
    this.#pid = pid;
    this.#begun = count(pid);
  }

  toString(): string {
    const now = count(this.#pid);
    if (this.#begun === null || now === null) return 'is not counted here';
    const all = now.atMs - this.#begun.atMs;
    const share = (ms: number) => `${((100 * ms) / all).toFixed(0)} %`;
    const [ran, waited] = [now.ranMs - this.#begun.ranMs, now.waitedMs - this.#begun.waitedMs];
    return `ran ${share(ran)} of the time and waited ${share(waited)} for a processor`;
  }
}

function count(pid: number | undefined): Counted | null {
  try {
    const [ran = 0, waited = 0] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ').map(Number);
    return { atMs: performance.now(), ranMs: ran / 1e6, waitedMs: waited / 1e6 };
  } catch {
    return null;
  }
}
