/**
 * Counts of messages by type, bounded: a type is any text that a swarm writes, and the counts are sent with every
 * change of the statistics.
 */

/** A swarm that keeps to its own types has fifteen. */
export const MAX_TYPES = 100;
/** In UTF-16 units. */
export const MAX_TYPE_LENGTH = 200;

export interface TypeCounts {
  /** The most frequent types in order of their names. */
  types: Record<string, number>;
  /** How many types are not listed: rarer ones, and those with a longer name. */
  otherTypes: number;
}

/** @param counts each type once */
export function boundedTypes(counts: Iterable<readonly [type: string, count: number]>): TypeCounts {
  const all = [...counts];
  const short = all.filter(([type]) => type.length <= MAX_TYPE_LENGTH);
  const listed = short.length <= MAX_TYPES ? short : short.sort(byCount).slice(0, MAX_TYPES);
  return { types: Object.fromEntries(listed.sort(byName)), otherTypes: all.length - listed.length };
}

type Count = readonly [type: string, count: number];

function byName([one]: Count, [other]: Count): number {
  return one < other ? -1 : 1;
}

/** Among equally frequent ones by name, so that the list stays the same while the counts do. */
function byCount(one: Count, other: Count): number {
  return other[1] - one[1] || byName(one, other);
}
