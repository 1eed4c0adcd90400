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
  return searchParts(q).filter(isIndexed);
}

/** @returns the parts of a search that it ignores, each once: those without a letter or digit, such as an emoji */
export function ignoredParts(q: string): string[] {
  return searchParts(q).filter((part) => part.trim() !== '' && !isIndexed(part));
}

function searchParts(q: string): string[] {
  return [...new Set([...q.matchAll(/"([^"]*)"?|(\S+)/g)].map(([, phrase, word]) => phrase ?? word ?? ''))];
}

function isIndexed(part: string): boolean {
  return /[\p{L}\p{N}\p{Co}]/u.test(part);
}
