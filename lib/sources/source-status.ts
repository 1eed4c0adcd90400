/** The status that every reader has of its source, and how it changes. */
import type { Skipped, SourceState } from '../contract/schemas';

export interface ReaderStatus {
  state: SourceState;
  /** A plain sentence for every state but `ok`. */
  reason: string | null;
  /** Since when it is in this state, in milliseconds since 1970. */
  since: number;
  /**
   * When the shown content was last read, in milliseconds since 1970; null unless the source vanished or broke since.
   */
  keptFrom: number | null;
  /** Skipped entries, by reason. */
  skipped: Skipped[];
}

/**
 * Computes the status after a reading.
 *
 * @param before the status until now
 * @param found the result of this reading
 * @param now milliseconds since 1970
 * @returns the same object if nothing changed, so that callers may compare by identity; `since` changes only with
 *   the state
 */
export function statusAfter(before: ReaderStatus, found: Omit<ReaderStatus, 'since'>, now: number): ReaderStatus {
  const sameState = before.state === found.state;
  const sameWords = before.reason === found.reason && before.keptFrom === found.keptFrom;
  if (sameState && sameWords && sameSkipped(before.skipped, found.skipped)) return before;
  return { ...found, since: sameState ? before.since : now };
}

function sameSkipped(a: readonly Skipped[], b: readonly Skipped[]): boolean {
  return a.length === b.length && a.every((one, i) => one.reason === b[i]?.reason && sameCount(one, b[i]));
}

function sameCount(a: Skipped, b: Skipped): boolean {
  return a.count === b.count && a.last === b.last;
}

/**
 * Counts what was skipped.
 *
 * @param found one `[reason, place]` for each skipped entry, in their order
 * @returns one count for each reason, in the order of their first occurrence, with the last place
 */
export function countSkipped(found: Iterable<readonly [reason: string, place: string | null]>): Skipped[] {
  const byReason = new Map<string, Skipped>();
  for (const [reason, place] of found) {
    byReason.set(reason, { reason, count: (byReason.get(reason)?.count ?? 0) + 1, last: place });
  }
  return [...byReason.values()];
}
