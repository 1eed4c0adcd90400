/** Observes the processes that the registry lists. A process that can't be seen never counts as gone. */
import { existsSync } from 'node:fs';
import { procObserver } from './proc-observer';
import type { Observation, ProcessObserver, SeenProcess, Unseen } from './process-observer';
import { psObserver, runPs } from './ps-observer';

/** The result for one process; `since`: since when it is known to be gone, milliseconds since 1970, null if unknown. */
export type Sight = SeenProcess | { gone: true; since: number | null } | Unseen;

/** When a process was known to run. */
export interface KnownStart {
  /** Its `SeenProcess.startId`, null if it was never seen. */
  startId: number | null;
  /** Milliseconds since 1970 when it was last known to run; NaN if unknown. */
  runningAt: number;
}

/** The highest pid that Linux gives; simulated swarms use numbers above it. */
export const MAX_PID = 4_194_304;

/** A start is known to a second (`ps`) or with the boot time rounded to one (`/proc`). */
const START_TOLERANCE_MS = 2000;

/** @returns the observer that this system offers */
export function systemProcesses(): ProcessObserver {
  const user = process.getuid?.() ?? -1;
  if (existsSync('/proc/self/stat')) return procObserver('/proc', user);
  return psObserver(runPs, user);
}

export class ProcessTable {
  readonly #observer: ProcessObserver;
  readonly #now: () => number;
  #seen: ReadonlyMap<number, Observation> = new Map();
  readonly #goneSince = new Map<number, number>();
  #observedAt = Number.NEGATIVE_INFINITY;
  #observing = false;

  /**
   * @param options.observer the system's processes; another one in tests
   * @param options.now the clock, milliseconds since 1970
   */
  constructor({
    observer = systemProcesses(),
    now = Date.now,
  }: { observer?: ProcessObserver; now?: () => number } = {}) {
    this.#observer = observer;
    this.#now = now;
  }

  /**
   * Observes the listed processes, not more often than the observer allows. A slow result (`ps`) is available at a
   * later call.
   */
  refresh(pids: Iterable<number>): void {
    const now = this.#now();
    if (this.#observing || Math.abs(now - this.#observedAt) < this.#observer.intervalMs) return;
    this.#observedAt = now;
    const listed = [...new Set(pids)].filter(isPid);
    const observed = this.#observer.observe(listed);
    if (observed instanceof Map) this.#take(observed);
    else {
      this.#observing = true;
      void observed.then((later) => {
        this.#observing = false;
        this.#take(later);
      });
    }
  }

  #take(observed: ReadonlyMap<number, Observation>): void {
    this.#seen = observed;
    const now = this.#now();
    for (const pid of this.#goneSince.keys()) if (observed.get(pid) !== 'gone') this.#goneSince.delete(pid);
    for (const [pid, seen] of observed) if (seen === 'gone' && !this.#goneSince.has(pid)) this.#goneSince.set(pid, now);
  }

  /**
   * @param known a process of that pid that started at another time, or after it was known to run, is another one
   */
  sight(pid: number, known: KnownStart): Sight {
    const seen = this.#seen.get(pid) ?? 'unseen';
    if (seen === 'gone') return { gone: true, since: this.#goneSince.get(pid) ?? null };
    if (typeof seen === 'string') return seen;
    if (known.startId !== null) return isSameStart(seen.startId, known.startId) ? seen : goneSince(seen);
    if (!Number.isFinite(known.runningAt)) return 'unseen';
    return seen.startedAt > known.runningAt + START_TOLERANCE_MS ? goneSince(seen) : seen;
  }
}

/** @returns whether a value can be the number of a process */
export function isPid(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= MAX_PID;
}

function goneSince({ startedAt }: SeenProcess): Sight {
  return { gone: true, since: startedAt };
}

/** Ticks since the boot are exact; a start computed from an age is known to a second. */
export function isSameStart(one: number, other: number): boolean {
  return one === other || (one > 1e11 && Math.abs(one - other) <= START_TOLERANCE_MS);
}
