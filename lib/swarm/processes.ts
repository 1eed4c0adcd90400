/** What can be seen of the processes that the registry lists. A process that can't be seen is never called gone. */
import { type Observation, type ProcessObserver, systemProcesses } from './process-observer';

/** `claude`: it runs, and it or a descendant is Claude Code. `unseen`: nothing can be said. */
export type ProcessSight = 'claude' | 'running' | 'gone' | 'unseen';

/** The highest pid that Linux gives; simulated swarms use numbers above it. */
const HIGHEST_PID = 4_194_304;

/** A start is known to a second (`ps`) or with the boot time rounded to one (`/proc`). */
const START_SLACK_MS = 2000;

export class ProcessTable {
  readonly #observer: ProcessObserver;
  readonly #now: () => number;
  #seen: ReadonlyMap<number, Observation> = new Map();
  readonly #goneSince = new Map<number, number>();
  #lastLook = Number.NEGATIVE_INFINITY;
  #looking = false;

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
   * Looks at the listed processes, at most as often as the system's way of looking allows. Where looking takes a
   * while (`ps`), the answer is there at a later look.
   */
  look(pids: Iterable<number>): void {
    const now = this.#now();
    if (this.#looking || Math.abs(now - this.#lastLook) < this.#observer.intervalMs) return;
    this.#lastLook = now;
    const listed = [...new Set(pids)].filter((pid) => Number.isInteger(pid) && pid > 0 && pid <= HIGHEST_PID);
    const observed = this.#observer.observe(listed);
    if (observed instanceof Map) this.#take(observed);
    else {
      this.#looking = true;
      void observed.then((later) => {
        this.#looking = false;
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
   * @param startedBefore when the process was last known to run, in milliseconds since 1970: a process of that pid
   *   that started later is another one
   */
  sight(pid: number, startedBefore: number): ProcessSight {
    const seen = this.#seen.get(pid) ?? 'unseen';
    if (typeof seen === 'string') return seen;
    if (!Number.isFinite(startedBefore)) return 'unseen';
    if (seen.startedAt > startedBefore + START_SLACK_MS) return 'gone';
    return seen.isClaude ? 'claude' : 'running';
  }

  /**
   * @returns for a pid whose `sight` is `gone` the moment from which that is known, in milliseconds since 1970: when
   *   it was first not found, or when another process got its pid; null if neither is known
   */
  goneSince(pid: number): number | null {
    const seen = this.#seen.get(pid);
    if (typeof seen === 'object') return seen.startedAt;
    return this.#goneSince.get(pid) ?? null;
  }
}
