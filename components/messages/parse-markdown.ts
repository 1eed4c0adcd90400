/** What of a message's Markdown is trusted: nothing but its structure. */

/** Longer texts are shown as they were written: no agent formats so much, and reading it would hold the page up. */
const MAX_MARKDOWN_LENGTH = 12_000;
/** Structure that is worth the reading: code, lists, tables, quotes, headings, emphasis, links, rules. */
const STRUCTURE =
  /`|^\s{0,3}(?:[-*+]|\d{1,9}[.)])\s|^\s{0,3}#{1,6}\s|^\s{0,3}>|^\s{0,3}(?:~~~|---|\*\*\*)|^\s*\|?.*\|.*\n\s*\|?\s*:?-{2,}|\*\*\S|__\S|~~\S|(?:^|\s)[*_]\S|https?:\/\/|\]\(/m;

/** @returns whether a text has structure to show; everything else is shown as it was written, line by line */
export function hasMarkdown(text: string): boolean {
  return text.length <= MAX_MARKDOWN_LENGTH && STRUCTURE.test(text);
}

/** @returns the address of a link that may be followed, or null: only http(s) leads anywhere */
export function safeHref(href: unknown): string | null {
  if (typeof href !== 'string' || !/^https?:\/\//i.test(href)) return null;
  try {
    return new URL(href).href;
  } catch {
    return null;
  }
}

/**
 * Whether an emphasis was meant: `src/*.ts and lib/*.ts` is two patterns, which Markdown would swallow the stars of.
 *
 * @param raw the emphasis with its marks
 */
export function isMeant(raw: string): boolean {
  const inner = raw.replace(/^([*_]{1,3})([\s\S]*)\1$/, '$2');
  return /^[\p{L}\p{N}"'“‘(`\p{Extended_Pictographic}]/u.test(inner) && !/[/\\]$/.test(inner);
}
