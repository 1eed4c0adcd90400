/** Finds a command by a few letters of its name. */

export interface Choice {
  /** Unique in the list. */
  id: string;
  label: string;
  /** The kind of the choice. */
  group: string;
  keys: string | null;
  run: () => void;
}

const MAX_FOUND = 60;

/**
 * Finds the choices that match a query, best first.
 *
 * @param query words or beginnings of words, in any order and case; all must occur in the label or the group
 * @returns all choices in their order while the query is empty; never more than a person can scan
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
  // Sorting is stable: equal choices keep the order of the list.
  return found
    .sort((one, other) => one.rank - other.rank)
    .slice(0, MAX_FOUND)
    .map(({ choice }) => choice);
}

/**
 * @returns 0 if the label starts with the first word; otherwise smaller the more query words start a word of the label;
 *   null if a word does not occur
 */
function matchRank({ label, group }: Choice, words: readonly string[]): number | null {
  const text = `${label} ${group}`.toLowerCase();
  if (!words.every((word) => text.includes(word))) return null;
  if (text.startsWith(words[0] ?? '')) return 0;
  return 1 + words.filter((word) => !text.includes(` ${word}`)).length;
}
