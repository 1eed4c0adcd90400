/** Where processes run, from Linux's `/proc`: the processes above them, and the tmux server in which they started. */
import { readFileSync } from 'node:fs';

/** A pane has a shell, claude and its tools; more levels are runaway processes. */
const MAX_ANCESTORS = 32;
/** Processes of one swarm, twice over; the cache is emptied beyond. */
const MAX_KNOWN = 2000;
/** A process gets another parent when its own ends. */
const ANCESTORS_INTERVAL_MS = 5000;

/** Keeps what it read: what was above a process for 5 s, its tmux server until `forget`. */
export class ProcPlaces {
  readonly #proc: string;
  readonly #now: () => number;
  readonly #ancestors = new Map<number, { pids: readonly number[]; at: number }>();
  readonly #servers = new Map<number, string | null>();

  /** @param proc the folder, `/proc` except in tests */
  constructor(proc = '/proc', now: () => number = Date.now) {
    this.#proc = proc;
    this.#now = now;
  }

  /** @returns the pids of the processes above one, the nearest first; empty where they can't be read */
  ancestors(pid: number): readonly number[] {
    const now = this.#now();
    const known = this.#ancestors.get(pid);
    if (known && Math.abs(now - known.at) < ANCESTORS_INTERVAL_MS) return known.pids;
    const pids = this.#readAncestors(pid);
    if (this.#ancestors.size >= MAX_KNOWN) this.#ancestors.clear();
    this.#ancestors.set(pid, { pids, at: now });
    return pids;
  }

  /**
   * @returns the socket of the tmux server in which a process was started; null where it can't be read, or there was
   *   none
   */
  tmuxServer(pid: number): string | null {
    const known = this.#servers.get(pid);
    if (known !== undefined) return known;
    const server = this.#readServer(pid);
    if (this.#servers.size >= MAX_KNOWN) this.#servers.clear();
    this.#servers.set(pid, server);
    return server;
  }

  /** Forgets everything: numbers of processes may belong to others now. */
  forget(): void {
    this.#ancestors.clear();
    this.#servers.clear();
  }

  #readAncestors(pid: number): number[] {
    const pids: number[] = [];
    let at = pid;
    while (pids.length < MAX_ANCESTORS) {
      const parent = this.#parent(at);
      if (parent === null || parent <= 1 || pids.includes(parent)) break;
      pids.push(parent);
      at = parent;
    }
    return pids;
  }

  #parent(pid: number): number | null {
    const stat = this.#read(`${pid}/stat`);
    if (stat === null) return null;
    // The command may contain anything, even `)`. After it follow the state and the parent.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    return Number.isInteger(parent) ? parent : null;
  }

  /** Only this one variable is taken: an environment contains secrets. */
  #readServer(pid: number): string | null {
    const environment = this.#read(`${pid}/environ`);
    const found = environment?.match(/(?:^|\0)TMUX=([^,\0]+)/)?.[1];
    return found ?? null;
  }

  #read(path: string): string | null {
    try {
      return readFileSync(`${this.#proc}/${path}`, 'latin1');
    } catch {
      return null; // it ended, belongs to another user, or this system has no such folder
    }
  }
}
