/**
 * Acquires, refreshes and releases locks beside the swarm's own tool (swarm-files.md §5, §11). The tool looks for
 * overlapping locks only before it creates its own, so two of its processes can hold overlapping patterns. Here a lock
 * counts as acquired only when the folder, read again after it was created, contains no other that overlaps it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { normalizeLockPath } from '../../contract/lock-path';
import { fileExchange } from '../../platform/exchange-files';
import { runInTurns } from '../../platform/turns';
import { isSameEntry, type LockEntry, lockFileName, parseLock } from './lock-entry';
import { type Change, LockFiles, type LockReading } from './lock-files';
import { isUnsettled, LockSurvey, readSettled } from './lock-survey';
import { lockText } from './written-form';

/**
 * How long a new lock is in place before the folder is read again: a process of the swarm's tool that has looked for
 * overlaps before creates its own lock within this time. Its walk takes longer the more locks there are.
 */
const CONFIRM_DELAY_MS = 50;
const CONFIRM_DELAY_PER_LOCK_MS = 0.1;
const MAX_CONFIRM_DELAY_MS = 1000;
/** The earlier of two new locks that overlap waits this many delays for the other to be withdrawn. */
const MAX_RIVAL_DELAYS = 3;
const RIVAL_INTERVAL_MS = 10;
/** How often a lock that changes all the time is attempted. */
const MAX_ATTEMPTS = 5;

export interface AcquireRequest {
  agentId: string;
  filepath: string;
  reason: string;
  /** Another holder's lock older than this is taken over. */
  staleSeconds: number;
}

export interface UnreadableLock {
  lock_file: string;
  reason: string;
}

export type Acquired =
  | { outcome: 'acquired' | 'refreshed'; entry: LockEntry; replaced: LockEntry[] }
  /** Others hold it, or what overlaps it. */
  | { outcome: 'conflict'; conflicts: LockEntry[]; unreadable: UnreadableLock | null }
  /** It changed hands each time that it was attempted. */
  | { outcome: 'contended' };

export type Released =
  | { outcome: 'released' | 'not_held' }
  | { outcome: 'held_by_other'; found: LockReading; lost: boolean };

/** A lock as somebody has seen it; null for a file that contains no lock. */
export type SeenLock = { agent_id: unknown; locked_at: unknown } | null;

export class LockWriter {
  readonly #root: string;
  readonly #now: () => number;
  readonly #confirmDelayMs: number;

  /**
   * @param root the swarm's root, an existing folder
   * @param options.now the clock, milliseconds since 1970
   * @param options.confirmDelayMs for tests
   */
  constructor(root: string, options: { now?: () => number; confirmDelayMs?: number } = {}) {
    this.#root = root;
    this.#now = options.now ?? Date.now;
    this.#confirmDelayMs = options.confirmDelayMs ?? CONFIRM_DELAY_MS;
  }

  /**
   * Acquires a lock, or refreshes it if the agent has it already, which is not compared with others, as in the tool.
   * Takes over locks past the timeout that are in the way. Two new locks that overlap: the one with the earlier
   * `locked_at` (then the smaller file name) stays if the other is withdrawn; no process keeps one beside another.
   *
   * @throws errors of the file system
   */
  async acquire(request: AcquireRequest): Promise<Acquired> {
    const files = await this.#files();
    files.makeFolder();
    const filepath = normalizeLockPath(request.filepath);
    const attempt = new Acquisition(files, { ...request, filepath }, this.#now, this.#confirmDelayMs);
    for (let count = 0; count < MAX_ATTEMPTS; count++) {
      const acquired = await attempt.run();
      if (acquired) return acquired;
    }
    return { outcome: 'contended' };
  }

  /** Releases a lock of an agent. A file that can't be read is left: nobody knows whose it is. */
  async release(agentId: string, filepath: string): Promise<Released> {
    const files = await this.#files();
    const name = lockFileName(filepath);
    const found = await readSettled(files, name);
    if (found.kind === 'missing') return { outcome: 'not_held' };
    return asReleased(files.remove(name, (reading) => isHeldBy(reading, agentId)));
  }

  /** Removes a lock file, whoever's it is, if it has exactly the content that was seen. */
  async removeSeen(name: string, seen: SeenLock): Promise<Released> {
    const files = await this.#files();
    return asReleased(files.remove(name, (reading) => isAsSeen(reading, seen)));
  }

  /** Finds the locks past a timeout, whoever holds them. */
  async findStale(staleSeconds: number): Promise<LockEntry[]> {
    const files = await this.#files();
    const now = this.#now();
    const stale: LockEntry[] = [];
    const look = function* (names: readonly string[]) {
      for (const name of names) {
        const reading = files.read(name);
        if (reading.kind === 'lock' && isPast(reading.entry, staleSeconds, now)) stale.push(reading.entry);
        yield;
      }
    };
    await runInTurns(look((await files.names()).sort()));
    return stale;
  }

  /**
   * Removes locks that are still exactly as they were read.
   *
   * @returns how many it removed, without those that others removed first; and those that changed, and are still there
   */
  async removeAll(entries: readonly LockEntry[]): Promise<{ removed: number; kept: LockEntry[] }> {
    const files = await this.#files();
    const kept: LockEntry[] = [];
    let removed = 0;
    const remove = function* () {
      for (const entry of entries) {
        const change = files.remove(entry.lock_file, (found) => isEntry(found, entry));
        if (change.kind === 'changed') kept.push(entry);
        if (change.kind === 'done') removed += 1;
        yield;
      }
    };
    await runInTurns(remove());
    return { removed, kept };
  }

  async #files(): Promise<LockFiles> {
    return new LockFiles(this.#root, await fileExchange());
  }
}

/** One acquisition, attempted again while the lock changes hands. */
class Acquisition {
  readonly #files: LockFiles;
  readonly #request: AcquireRequest;
  readonly #name: string;
  readonly #now: () => number;
  readonly #confirmDelayMs: number;
  readonly #survey: LockSurvey;
  readonly #replaced: LockEntry[] = [];

  constructor(files: LockFiles, request: AcquireRequest, now: () => number, confirmDelayMs: number) {
    this.#files = files;
    this.#request = request;
    this.#name = lockFileName(request.filepath);
    this.#now = now;
    this.#confirmDelayMs = confirmDelayMs;
    this.#survey = new LockSurvey(files, this.#name, request.filepath);
  }

  /** @returns null if a file changed meanwhile, so that the attempt says nothing */
  async run(): Promise<Acquired | null> {
    const held = await readSettled(this.#files, this.#name);
    if (held.kind === 'unreadable') {
      return { outcome: 'conflict', conflicts: [], unreadable: { lock_file: this.#name, reason: held.reason } };
    }
    if (isHeldBy(held, this.#request.agentId)) return this.#refresh();
    if (held.kind === 'lock' && !this.#isStale(held.entry)) return conflictWith([held.entry]);
    const others = await this.#others();
    const inTheWay = others.filter((entry) => !this.#isStale(entry));
    if (inTheWay.length > 0) return conflictWith(inTheWay);
    for (const entry of others) if (!this.#takeAway(entry)) return null;
    const entry = this.#create(held.kind === 'lock' ? held.entry : null);
    return entry && this.#confirm(entry);
  }

  #refresh(): Acquired | null {
    const { text, entry } = this.#written();
    const change = this.#files.replace(this.#name, text, (reading) => isHeldBy(reading, this.#request.agentId));
    return change.kind === 'done' ? { outcome: 'refreshed', entry, replaced: [] } : null;
  }

  #takeAway(entry: LockEntry): boolean {
    const change = this.#files.remove(entry.lock_file, (found) => isEntry(found, entry));
    if (change.kind === 'done') this.#replaced.push(entry);
    return change.kind !== 'changed';
  }

  /** @param stale the lock that it takes over */
  #create(stale: LockEntry | null): LockEntry | null {
    const { text, entry } = this.#written();
    if (stale === null) return this.#files.create(this.#name, text) ? entry : null;
    if (this.#files.replace(this.#name, text, (found) => isEntry(found, stale)).kind !== 'done') return null;
    this.#replaced.push(stale);
    return entry;
  }

  /** Reads the folder again once a lock is in place, and withdraws it unless it is the only one. */
  async #confirm(entry: LockEntry): Promise<Acquired | null> {
    const wait = Math.min(this.#confirmDelayMs + this.#survey.size * CONFIRM_DELAY_PER_LOCK_MS, MAX_CONFIRM_DELAY_MS);
    await delay(wait);
    const deadline = performance.now() + wait * MAX_RIVAL_DELAYS;
    for (;;) {
      const rivals = (await this.#others()).filter((other) => !this.#isStale(other));
      if (!isHeldBy(this.#files.read(this.#name), this.#request.agentId)) return null;
      if (rivals.length === 0) return { outcome: 'acquired', entry, replaced: this.#replaced };
      if (performance.now() >= deadline || rivals.some((rival) => isEarlier(rival, entry))) {
        this.#files.remove(this.#name, (found) => isEntry(found, entry));
        return conflictWith(rivals);
      }
      await delay(RIVAL_INTERVAL_MS);
    }
  }

  /** The locks of others that overlap. */
  async #others(): Promise<LockEntry[]> {
    const overlapping = await this.#survey.overlapping();
    return overlapping.filter(({ fields }) => fields.agent_id !== this.#request.agentId);
  }

  #isStale(entry: LockEntry): boolean {
    return isPast(entry, this.#request.staleSeconds, this.#now());
  }

  #written(): { text: string; entry: LockEntry } {
    const { agentId, filepath, reason } = this.#request;
    const text = lockText({ agentId, filepath, reason, now: this.#now() });
    return { text, entry: parseLock(this.#name, Buffer.from(text)) as LockEntry };
  }
}

function conflictWith(conflicts: LockEntry[]): Acquired {
  return { outcome: 'conflict', conflicts, unreadable: null };
}

function asReleased(change: Change): Released {
  if (change.kind === 'done') return { outcome: 'released' };
  if (change.kind === 'missing') return { outcome: 'not_held' };
  return { outcome: 'held_by_other', found: change.found, lost: change.lost };
}

function isHeldBy(reading: LockReading, agentId: string): boolean {
  return reading.kind === 'lock' && reading.entry.fields.agent_id === agentId;
}

function isEntry(reading: LockReading, entry: LockEntry): boolean {
  return reading.kind === 'lock' && isSameEntry(reading.entry, entry);
}

function isAsSeen(reading: LockReading, seen: SeenLock): boolean {
  // A file that is just being written is no lock yet, but is going to be one.
  if (seen === null) return reading.kind === 'unreadable' && !isUnsettled(reading);
  if (reading.kind !== 'lock') return false;
  const { agent_id, locked_at } = reading.entry.fields;
  return JSON.stringify([agent_id, locked_at]) === JSON.stringify([seen.agent_id, seen.locked_at]);
}

function isPast({ lockedAt }: LockEntry, seconds: number, now: number): boolean {
  return lockedAt !== null && now - lockedAt > seconds * 1000;
}

function isEarlier(one: LockEntry, other: LockEntry): boolean {
  const [first, second] = [one.lockedAt ?? Number.POSITIVE_INFINITY, other.lockedAt ?? 0];
  return first === second ? one.lock_file < other.lock_file : first < second;
}
