/** Where a path or another long name may break over two lines. */

/** Shorter words fit in any column. */
const MIN_WORD_LENGTH = 20;
const LONG_WORD = new RegExp(`\\S{${MIN_WORD_LENGTH},}`, 'g');
/** After separators of paths and names, and between the words of camelCase; never before a short file extension. */
const BREAK =
  /(?=[\p{L}\p{N}])(?<=[\p{L}\p{N}][/\\_:=&?]+)|(?=[\p{L}\p{N}]{4})(?<=[\p{L}\p{N}]\.)|(?=\p{Lu}\p{Ll})(?<=[\p{Ll}\p{N}])/gu;
/** Each break is an element of the page; a text of 1 MB must not become a million. */
const MAX_BREAKS = 200;

/**
 * Splits a text where lines may break although there is no space: a browser breaks a long path in the middle of a word.
 *
 * @param text any text; what joined gives it again
 * @returns its parts; of a text with more than 200 breaks the last part is not split
 */
export function breakable(text: string): string[] {
  if (text.length < MIN_WORD_LENGTH) return [text];
  const parts: string[] = [];
  let from = 0;
  for (const { 0: word, index } of text.matchAll(LONG_WORD)) {
    for (const { index: within } of word.matchAll(BREAK)) {
      if (within === 0) continue;
      if (parts.length === MAX_BREAKS) return [...parts, text.slice(from)];
      parts.push(text.slice(from, index + within));
      from = index + within;
    }
  }
  return [...parts, text.slice(from)];
}
