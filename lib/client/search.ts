/** The hits of a search in a text. */

/**
 * Builds an expression that highlights the hits of a search. The server splits text into runs of letters and digits and
 * folds case and accents; a search's words are such runs, a phrase is several in a row, and a `*` at the end stands for
 * any ending.
 *
 * @returns null if there is nothing to highlight
 */
export function hitPattern(q: string): RegExp | null {
  const phrases = [...q.matchAll(/"([^"]*)"?|(\S+)/g)].flatMap(([, phrase, word]) => {
    const runs = folded(phrase ?? word ?? '').match(/[\p{L}\p{N}\p{Co}]+/gu);
    if (!runs) return [];
    const ending = word?.endsWith('*') ? '[\\p{L}\\p{N}\\p{Co}]*' : '(?![\\p{L}\\p{N}\\p{Co}])';
    return [`(?<![\\p{L}\\p{N}\\p{Co}])${runs.join('[^\\p{L}\\p{N}\\p{Co}]+')}${ending}`];
  });
  return phrases.length === 0 ? null : new RegExp(phrases.join('|'), 'gu');
}

/** @returns a text split at the hits of the pattern: every second piece is a hit */
export function withHits(text: string, pattern: RegExp | null): string[] {
  if (pattern === null) return [text];
  const pieces: string[] = [];
  let end = 0;
  for (const { index, 0: hit } of folded(text).matchAll(pattern)) {
    pieces.push(text.slice(end, index), text.slice(index, index + hit.length));
    end = index + hit.length;
  }
  return [...pieces, text.slice(end)];
}

/** Lower-case letters without accents, at the same indexes as in the original text. */
function folded(text: string): string {
  return text.replace(/[^\0-\x7F]|[A-Z]/g, (character) => {
    const bare = character.normalize('NFD').charAt(0).toLowerCase();
    return bare.length === 1 ? bare : character;
  });
}
