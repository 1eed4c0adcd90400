/** Reads only the structure of a message's Markdown; its content is not trusted. */

/** In UTF-16 units; longer texts are shown as written, since parsing them would block the page. */
const MAX_MARKDOWN_LENGTH = 12_000;
/** Structure that justifies parsing: code, lists, tables, quotes, headings, emphasis, links, rules. */
const STRUCTURE =
  /`|^\s{0,3}(?:[-*+]|\d{1,9}[.)])\s|^\s{0,3}#{1,6}\s|^\s{0,3}>|^\s{0,3}(?:~~~|---|\*\*\*)|^\s*\|?.*\|.*\n\s*\|?\s*:?-{2,}|\*\*\S|__\S|~~\S|(?:^|\s)[*_]\S|https?:\/\/|\]\(/m;

/** @returns whether a text has structure to show; other texts are shown as written, line by line */
export function hasMarkdown(text: string): boolean {
  return text.length <= MAX_MARKDOWN_LENGTH && STRUCTURE.test(text);
}

/** @returns the address of a link, or null if it is not http(s) */
export function safeHref(href: unknown): string | null {
  if (typeof href !== 'string' || !/^https?:\/\//i.test(href)) return null;
  try {
    return new URL(href).href;
  } catch {
    return null;
  }
}

/**
 * Whether an emphasis was intended: in `src/*.ts and lib/*.ts` Markdown would remove the stars of two patterns.
 *
 * @param raw the emphasis with its marks
 */
export function isMeant(raw: string): boolean {
  const inner = raw.replace(/^([*_]{1,3})([\s\S]*)\1$/, '$2');
  return /^[\p{L}\p{N}"'“‘(`\p{Extended_Pictographic}]/u.test(inner) && !/[/\\]$/.test(inner);
}
