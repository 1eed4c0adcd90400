/** The overlaps of a swarm's locks, computed in slices, so that the event loop can do other work in between. */
import { setImmediate as nextTurn, setTimeout as restFor } from 'node:timers/promises';
import type { LockEntry } from '../sources/claudeswarm/lock-entry';
import { differences } from '../sources/claudeswarm/lock-list';
import { ConflictIndex } from './conflict-index';
import { compareLocks, type LockConflicts, NO_CONFLICTS } from './lock-conflicts';
import { hasTwoHolders, NO_SPELLED_LOCKS, oneSpelling, type SpelledLocks, spellLocks } from './lock-overlaps';

/** The event loop is blocked for no longer than this and one step of a comparison. */
const SLICE_MS = 5;

/** A change of more locks at once has all of them compared again. */
const MAX_SINGLE_CHANGES = 50;

/** Locks that have all been compared. */
export interface ComparedLocks {
  /** The reader's locks when the comparison began. */
  entries: readonly LockEntry[];
  conflicts: LockConflicts;
  spelled: SpelledLocks;
}

export class LockComparison {
  /** The newest locks that have been compared; a new object whenever that changes. */
  compared: ComparedLocks = { entries: [], conflicts: NO_CONFLICTS, spelled: NO_SPELLED_LOCKS };
  readonly #root: string;
  readonly #onCompared: () => void;
  readonly #monotonic: () => number;
  #wanted: readonly LockEntry[] = this.compared.entries;
  #running: Promise<void> | null = null;
  /** Contains the locks of `compared`, for small changes. */
  readonly #index = new ConflictIndex();

  /**
   * @param root the swarm's root, absolute
   * @param onCompared called at the end of a comparison that took longer than the turn in which it was requested
   * @param monotonic the clock of the slices, in milliseconds from any instant
   */
  constructor(root: string, onCompared: () => void, monotonic: () => number = () => performance.now()) {
    this.#root = root;
    this.#onCompared = onCompared;
    this.#monotonic = monotonic;
  }

  /**
   * Compares locks. Usually `compared` has them when this returns; a longer comparison continues in later turns, and of the
   * requests meanwhile only the last one is served.
   *
   * @param entries the reader's locks: another array whenever one changed
   */
  request(entries: readonly LockEntry[]): void {
    this.#wanted = entries;
    if (this.#running !== null || entries === this.compared.entries) return;
    const compared = renewed(this.compared, entries);
    if (compared) {
      this.#take(compared);
      return;
    }
    const changed = this.#changed(entries);
    if (changed) return;
    const work = compareAll(entries, this.#root);
    const outcome = this.#runSlice(work);
    if (outcome) this.#take(outcome);
    else this.#running = this.#finish(work);
  }

  /** Waits until the locks that were requested last have been compared. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  #take(compared: ComparedLocks): void {
    const { removed, added } = differences(this.compared.entries, compared.entries);
    this.#index.change(removed, added);
    this.compared = compared;
  }

  /** Updates the result where only a few locks with simply spelled paths changed. @returns whether that was so */
  #changed(entries: readonly LockEntry[]): boolean {
    const { entries: before, conflicts, spelled } = this.compared;
    if (spelled.spellings.size > 0 || conflicts.unknown.size > 0) return false;
    const { removed, added } = differences(before, entries);
    if (removed.length + added.length > MAX_SINGLE_CHANGES) return false;
    if (added.some(({ fields }) => oneSpelling(fields.filepath, this.#root) !== fields.filepath)) return false;
    this.#index.change(removed, added);
    const found = this.#index.found(conflicts.found, removed, added);
    if (!found) {
      this.#index.change(added, removed);
      return false;
    }
    const sameFile = this.#sameFile(spelled, [...removed, ...added]);
    this.compared = { entries, conflicts: { ...conflicts, found }, spelled: { ...spelled, sameFile } };
    return true;
  }

  #sameFile({ sameFile }: SpelledLocks, changed: readonly LockEntry[]): SpelledLocks['sameFile'] {
    const paths = new Set(changed.map(({ fields }) => fields.filepath).filter((path) => typeof path === 'string'));
    const anew = [...paths].flatMap((file) => {
      const same = this.#index.entriesAt(file);
      return hasTwoHolders({ entries: same }) ? { file, lockFiles: same.map(({ lock_file }) => lock_file).sort() } : [];
    });
    return [...sameFile.filter(({ file }) => !paths.has(file)), ...anew];
  }

  async #finish(work: Comparing): Promise<void> {
    const begun = this.#monotonic();
    for (;;) {
      await nextTurn();
      const outcome = this.#runSlice(work);
      if (!outcome) continue;
      this.#take(outcome);
      break;
    }
    // Locks that change all the time and take long to compare get at most half of the processor.
    if (this.#wanted !== this.compared.entries) await restFor(this.#monotonic() - begun);
    this.#running = null;
    this.#onCompared();
    this.request(this.#wanted);
  }

  /** @returns the result of the work if it ended within a slice */
  #runSlice(work: Comparing): ComparedLocks | null {
    const begun = this.#monotonic();
    while (this.#monotonic() - begun < SLICE_MS) {
      const step = work.next();
      if (step.done) return step.value;
    }
    return null;
  }
}

type Comparing = Generator<void, ComparedLocks>;

function* compareAll(entries: readonly LockEntry[], root: string): Comparing {
  const conflicts = yield* compareLocks(entries);
  const spelled = yield* spellLocks(entries, root);
  return { entries, conflicts, spelled };
}

/**
 * Reuses the result where locks were only refreshed, the most frequent change: their overlaps are the same.
 *
 * @returns the result with new entries in place of the old ones; null if a file, holder or path differs
 */
function renewed(before: ComparedLocks, entries: readonly LockEntry[]): ComparedLocks | null {
  if (entries.length !== before.entries.length) return null;
  const renewals = new Map<LockEntry, LockEntry>();
  for (const [index, entry] of entries.entries()) {
    const old = before.entries[index];
    if (old === entry) continue;
    if (old === undefined || !locksTheSame(old, entry)) return null;
    renewals.set(old, entry);
  }
  const { spelled } = before;
  return {
    entries,
    conflicts: withRenewed(before.conflicts, renewals),
    spelled: { ...spelled, conflicts: withRenewed(spelled.conflicts, renewals) },
  };
}

function locksTheSame(one: LockEntry, other: LockEntry): boolean {
  const sameHolder = one.fields.agent_id === other.fields.agent_id;
  return one.lock_file === other.lock_file && sameHolder && one.fields.filepath === other.fields.filepath;
}

function withRenewed({ found, unknown }: LockConflicts, renewals: ReadonlyMap<LockEntry, LockEntry>): LockConflicts {
  const newest = (entry: LockEntry) => renewals.get(entry) ?? entry;
  return {
    found: new Map([...found].map(([entry, others]) => [newest(entry), others.map(newest)])),
    unknown: new Set([...unknown].map(newest)),
  };
}
