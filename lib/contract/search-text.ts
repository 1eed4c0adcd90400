/** The syntax of a search: words, and phrases in quotes. Shared by the page and the server. */

/** Every further word makes a search slower; more are hardly ever meant. */
export const MAX_SEARCH_WORDS = 8;

/**
 * Splits a search into its words, separated by white space; `"two words"` is a phrase. Nothing else has a meaning, so
 * that no input is an error.
 *
 * @returns each word or phrase once; empty if the text has no letter or digit to search for
 */
export function searchWords(q: string): string[] {
  const parts = [...q.matchAll(/"([^"]*)"?|(\S+)/g)].map(([, phrase, word]) => phrase ?? word ?? '');
  return [...new Set(parts.filter((part) => /[\p{L}\p{N}\p{Co}]/u.test(part)))];
}
