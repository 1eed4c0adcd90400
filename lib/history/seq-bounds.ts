/** Finds by the counts of minutes which messages may have been sent in a time range, without an index by time. */
import type Database from 'better-sqlite3';

/** Messages of a time range have a `seq` between these two, both included; others may lie between them too. */
export interface SeqBounds {
  first: number;
  last: number;
}

/**
 * Prepares the lookup.
 *
 * @returns a function of two minutes since 1970, both included; it returns null if no message was sent between them
 */
export function seqBounds(db: Database.Database): (firstMinute: number, lastMinute: number) => SeqBounds | null {
  const statement = db.prepare(
    'SELECT min(first_seq) AS first, max(last_seq) AS last FROM minutes WHERE minute BETWEEN ? AND ?',
  );
  return (firstMinute, lastMinute) => {
    const { first, last } = statement.get(firstMinute, lastMinute) as { first: number | null; last: number | null };
    return first === null || last === null ? null : { first, last };
  };
}
