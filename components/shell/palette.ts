/** Finding a command by a few letters of its name. */

export interface Choice {
  /** Unique in the list. */
  id: string;
  label: string;
  /** What kind of thing it is. */
  group: string;
  keys: string | null;
  run: () => void;
}

const MAX_FOUND = 60;

/**
 * The choices that a query means, best first.
 *
 * @param query words or beginnings of words, in any order and case; all must occur in the label or the group
 * @returns all in their order while the query is empty, and never more than can be looked over
 */
export function find(choices: readonly Choice[], query: string): Choice[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return choices.slice(0, MAX_FOUND);
  const found = choices.flatMap((choice) => {
    const rank = matchRank(choice, words);
    return rank === null ? [] : [{ choice, rank }];
  });
  // Sorting is stable: among equals the order of the list stays.
  return found
    .sort((one, other) => one.rank - other.rank)
    .slice(0, MAX_FOUND)
    .map(({ choice }) => choice);
}

/** @returns 0 where the label begins with the first word, then by how many words stand at a word's beginning. */
function matchRank({ label, group }: Choice, words: readonly string[]): number | null {
  const text = `${label} ${group}`.toLowerCase();
  if (!words.every((word) => text.includes(word))) return null;
  if (text.startsWith(words[0] ?? '')) return 0;
  return 1 + words.filter((word) => !text.includes(` ${word}`)).length;
}
