/**
 * All locks as the API describes them, kept up to date: an update costs what has changed, and a pass over all locks
 * that creates nothing. Counts and the published list are kept here too.
 */
import { countLock, type LockCounts, NO_LOCK_COUNTS, wholeLocks } from '../contract/locks-answer';
import type { LocksAnswer } from '../contract/schemas';
import type { LockEntry } from '../sources/claudeswarm/lock-entry';
import { differences } from '../sources/claudeswarm/lock-list';
import { ListedLocks } from './listed-locks';
import { type LockConflicts, NO_CONFLICTS } from './lock-conflicts';
import { LockRow } from './lock-row';
import { isEarly, isSameHolder, isStale, type LockBoardFacts } from './lock-status';

const NONE: readonly LockEntry[] = [];

export class LockBoard {
  /** Sorted by `lock_file`. A new array whenever one changed; an unchanged lock is the same object. */
  locks: readonly LockRow[] = [];
  /** The published answer about them. The same object for as long as nothing in it changes. */
  answer: LocksAnswer = wholeLocks([]);
  /** The same as JSON. */
  json = JSON.stringify(this.answer);
  #conflicts: LockConflicts = NO_CONFLICTS;
  /** The entries that `locks` describes, in the same order. */
  #entries: readonly LockEntry[] = [];
  #facts: LockBoardFacts | null = null;
  /** When time alone changes a description, milliseconds since 1970. */
  #validUntil = Number.POSITIVE_INFINITY;
  readonly #counts: LockCounts = { ...NO_LOCK_COUNTS };
  readonly #countByHolder = new Map<string, number>();
  readonly #listed = new ListedLocks();
  #longest: string | null = null;

  /**
   * Describes locks from their present files.
   *
   * @param entries sorted by `lock_file`; the same array where nothing changed
   * @param conflicts the result of comparing all of them; the same object where nothing changed
   * @returns whether anything differs
   */
  update(entries: readonly LockEntry[], conflicts: LockConflicts, facts: LockBoardFacts): boolean {
    const before = this.#facts;
    const sameHolders =
      before?.holders.key === facts.holders.key && before.staleTimeoutSeconds === facts.staleTimeoutSeconds;
    // A clock that was set back makes stale locks young.
    const sameTimes = before !== null && facts.now >= before.now && facts.now < this.#validUntil;
    if (entries === this.#entries && conflicts === this.#conflicts && sameHolders && sameTimes) return false;
    this.#facts = facts;
    const affected = affectedBy(this.#conflicts, conflicts);
    this.#conflicts = conflicts;
    const changed = this.#take(entries, affected, !(sameHolders && sameTimes), facts);
    this.#validUntil = nextChangeAt(entries, facts);
    if (changed) {
      const { answer, json } = this.#listed.list(this.#all());
      this.#longest = null;
      this.answer = answer;
      this.json = json;
    }
    return changed;
  }

  /** `answer` with as many locks as one may list, as JSON, kept until one changes; null where `answer` lists all. */
  get longest(): string | null {
    if (this.answer.truncated === 0) return null;
    this.#longest ??= this.#listed.longest(this.#all());
    return this.#longest;
  }

  #all() {
    return { locks: this.locks, counts: this.#counts, countByHolder: this.#countByHolder };
  }

  /**
   * @param affected the locks whose overlaps have changed
   * @param all whether locks with an unchanged file are checked too
   */
  #take(entries: readonly LockEntry[], affected: ReadonlySet<LockEntry>, all: boolean, facts: LockBoardFacts): boolean {
    const { removed, added, listPlace } = differences(this.#entries, entries);
    let changed = removed.length + added.length > 0;
    const before = this.locks;
    const rows = entries.map((entry, index) => {
      const place = listPlace(index);
      const known = place < 0 ? undefined : (before[place] as LockRow);
      const isAffected = affected.size > 0 && affected.has(entry);
      if (known && !all && !isAffected) return known;
      const row = this.#describe(entry, isAffected ? undefined : known, facts);
      if (row === known) return known;
      changed = true;
      if (known) this.#count(known, -1);
      this.#count(row, 1);
      return row;
    });
    for (const row of rowsFor(removed, before)) this.#count(row, -1);
    this.#entries = entries;
    if (changed) this.locks = rows;
    return changed;
  }

  /** @param known an earlier description, given where the overlaps are the same */
  #describe(entry: LockEntry, known: LockRow | undefined, board: LockBoardFacts): LockRow {
    const stale = isStale(entry, board.staleTimeoutSeconds, board.now);
    const early = isEarly(entry, board.now);
    const holder = board.holders.of(entry.fields.agent_id, entry.lockedAt);
    if (known?.stale === stale && known.early === early && isSameHolder(known.holder, holder)) return known;
    const { found, unknown } = this.#conflicts;
    return new LockRow(entry, { stale, early, holder }, found.get(entry) ?? NONE, unknown.has(entry));
  }

  #count(row: LockRow, by: 1 | -1): void {
    countLock(this.#counts, row, by);
    const holder = typeof row.agent_id === 'string' ? row.agent_id : '';
    const count = (this.#countByHolder.get(holder) ?? 0) + by;
    if (count === 0) this.#countByHolder.delete(holder);
    else this.#countByHolder.set(holder, count);
  }
}

/** @returns the locks whose overlaps have changed */
function affectedBy(before: LockConflicts, after: LockConflicts): Set<LockEntry> {
  const affected = new Set<LockEntry>();
  if (before === after) return affected;
  for (const [entry, others] of after.found) if (!sameEntries(before.found.get(entry), others)) affected.add(entry);
  for (const entry of before.found.keys()) if (!after.found.has(entry)) affected.add(entry);
  for (const entry of after.unknown) if (!before.unknown.has(entry)) affected.add(entry);
  for (const entry of before.unknown) if (!after.unknown.has(entry)) affected.add(entry);
  return affected;
}

function sameEntries(some: readonly LockEntry[] | undefined, others: readonly LockEntry[]): boolean {
  return some?.length === others.length && others.every((entry, index) => entry === some[index]);
}

/** @returns the rows of some entries; both lists have the same order */
function rowsFor(some: readonly LockEntry[], rows: readonly LockRow[]): LockRow[] {
  const found: LockRow[] = [];
  for (let index = 0; index < rows.length && found.length < some.length; index++) {
    const row = rows[index] as LockRow;
    if (row.entry === some[found.length]) found.push(row);
  }
  return found;
}

/** @returns the first instant at which a lock becomes stale, or the time of a lock ahead of the clock comes */
function nextChangeAt(entries: readonly LockEntry[], { staleTimeoutSeconds, now }: LockBoardFacts): number {
  const timeout = staleTimeoutSeconds * 1000;
  let next = Number.POSITIVE_INFINITY;
  for (const { lockedAt } of entries) {
    if (lockedAt === null || lockedAt + timeout < now) continue;
    const at = lockedAt > now ? lockedAt : lockedAt + timeout;
    // The condition is true only after the instant.
    if (at + 1 < next) next = at + 1;
  }
  return next;
}
