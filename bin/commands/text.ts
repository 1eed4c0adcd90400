/** Text for a terminal. What agents wrote must neither move the cursor nor hide anything. */
import { revealed } from '../../lib/client/text';

/**
 * Converts a value of the swarm's files to one line without control and invisible characters.
 *
 * @param value of any JSON type; null and undefined give the empty text
 * @param maxLength in UTF-16 units; a longer text ends with `…`
 */
export function visible(value: unknown, maxLength = Number.POSITIVE_INFINITY): string {
  const written = typeof value === 'string' ? value : value == null ? '' : JSON.stringify(value);
  // Cut before it is examined too: a text of megabytes needs no more than its beginning.
  const cut = Number.isFinite(maxLength) ? written.slice(0, maxLength * 2) : written;
  const oneLine = cut.replaceAll(/\r?\n/g, ' ⏎ ').replaceAll('\t', ' ');
  const shown = revealed(oneLine)
    .map(({ text }) => text)
    .join('')
    // A return that no line feed follows any more.
    .replaceAll('\r', '␍');
  if (shown.length <= maxLength && cut.length === written.length) return shown;
  const kept = shown.slice(0, Math.max(0, maxLength - 1));
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}

/** @returns a copy of a JSON value whose texts have no control and invisible characters, apart from line breaks */
export function visibleData(value: unknown): unknown {
  if (typeof value === 'string') {
    return revealed(value)
      .map(({ text }) => text)
      .join('');
  }
  if (Array.isArray(value)) return value.map(visibleData);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, visibleData(one)]));
}

/**
 * Aligns rows under their headings. The last column is not padded, so that lines have no blanks at their ends.
 *
 * @param rows texts that are visible already
 */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ''))));
  return all
    .map((row) =>
      row
        .map(
          (cell, column) => cell + ' '.repeat(column === headings.length - 1 ? 0 : (widths[column] ?? 0) - width(cell)),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The columns of a terminal that a text takes, as far as that can be known: wide characters take two. */
function width(text: string): number {
  let columns = 0;
  for (const character of text.normalize('NFC')) {
    if (/\p{M}|\u200D|\uFE0F/u.test(character)) continue;
    columns += WIDE.test(character) ? 2 : 1;
  }
  return columns;
}

const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u;
