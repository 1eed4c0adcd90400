/** The language of a search: words, and phrases in quotes. Shared by who asks and who answers. */

/** Every further word makes a search slower; nobody means more at once. */
export const MAX_SEARCH_WORDS = 8;

/**
 * The words of a search. Words are what white space separates; `"two words"` is a phrase. Nothing else has a meaning,
 * so no input is an error.
 *
 * @returns each word or phrase once; empty if the text holds no letter or digit to search for
 */
export function searchWords(q: string): string[] {
  const parts = [...q.matchAll(/"([^"]*)"?|(\S+)/g)].map(([, phrase, word]) => phrase ?? word ?? '');
  return [...new Set(parts.filter((part) => /[\p{L}\p{N}\p{Co}]/u.test(part)))];
}
