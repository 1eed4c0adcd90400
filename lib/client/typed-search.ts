/** The search box: free text, and a small forgiving grammar (`type:BLOCKED -type:INFO is:failed since:2h "two words"`). */

import type { MessageState } from '../contract/schemas';
import { ignoredParts, searchWords } from '../contract/search-text';
import { MESSAGE_STATES } from './address';
import type { MessageChoice } from './message-filter';
import { truncated } from './text';

export interface Typed {
  /** The text that stays in the box. */
  text: string;
  /** The parts to be added to the filter. */
  part: Partial<MessageChoice>;
  /** The error of a part that cannot be understood, as a sentence. */
  error: string | null;
}

const WORD = /(-?\w+):("[^"]*"|[^\s"]+)(\s|$)/g;
const AGO = /^(\d+(?:\.\d+)?)\s*(s|m|min|h|d)$/i;
const UNITS: Record<string, number> = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };
const CLOCK = /^([01]?\d|2[0-3]):([0-5]\d)$/;

/**
 * Extracts the finished `name:value` words from the text.
 *
 * @param before the filter so far, to whose lists words are added
 * @param whole whether a word at the very end also counts as finished
 * @param now milliseconds since 1970, for `since:2h`
 */
export function readTyped(
  typed: string,
  before: Pick<MessageChoice, 'types' | 'notTypes' | 'only'>,
  whole: boolean,
  now: number,
): Typed {
  const part: { -readonly [Key in keyof MessageChoice]?: MessageChoice[Key] } = {};
  let error: string | null = null;
  const text = typed.replace(WORD, (all, name: string, quoted: string, end: string, offset: number) => {
    const startsWord = offset === 0 || /\s/.test(typed[offset - 1] ?? '');
    if (!startsWord || (end === '' && !whole)) return all;
    const value = quoted.replace(/^"|"$/g, '').trim();
    if (value === '') return all;
    switch (name.toLowerCase()) {
      case 'type':
        part.types = [...new Set([...(part.types ?? before.types), ...value.split(',').map(typeName)])];
        return '';
      case '-type':
        part.notTypes = [...new Set([...(part.notTypes ?? before.notTypes), ...value.split(',').map(typeName)])];
        return '';
      case 'is': {
        const states = value.toLowerCase().split(',');
        const unknown = states.find((state) => !isMessageState(state));
        if (unknown !== undefined) {
          error = `“is:${unknown}” is not known: write is:${MESSAGE_STATES.join(', is:')}.`;
          return all;
        }
        part.only = [...new Set([...(part.only ?? before.only), ...states.filter(isMessageState)])];
        return '';
      }
      case 'agent':
        part.agent = value;
        return '';
      case 'from':
      case 'to':
        part[name.toLowerCase() as 'from' | 'to'] = value;
        return '';
      case 'since':
      case 'until': {
        const instant = name.toLowerCase() === 'until' ? readEnd(value, now) : readTime(value, now);
        if (instant === null) {
          error = `“${value}” is not a valid time: write 15m, 2h, 14:30 or 2026-01-30.`;
          return all;
        }
        part[name.toLowerCase() as 'since' | 'until'] = instant;
        return '';
      }
      default:
        // Any other word with a colon is text to search for, such as `http://` or `error:`.
        return all;
    }
  });
  return { text, part, error };
}

/** @returns an instant for `2h` (ago), `14:30` (its latest occurrence), a date or a full time; null for other texts */
export function readTime(text: string, now: number): string | null {
  const ago = AGO.exec(text);
  if (ago) return isoInstant(now - Number(ago[1]) * (UNITS[ago[2]?.toLowerCase() ?? ''] ?? 0));
  const clock = CLOCK.exec(text);
  if (clock) {
    const time = new Date(now);
    time.setHours(Number(clock[1]), Number(clock[2]), 0, 0);
    if (time.getTime() > now) time.setDate(time.getDate() - 1);
    return isoInstant(time.getTime());
  }
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return null;
  // A bare date means midnight in the viewer's zone; JavaScript would read it as UTC.
  const value = Date.parse(text.length === 10 ? `${text}T00:00` : text);
  return Number.isNaN(value) ? null : isoInstant(value);
}

/**
 * Reads the end of a span, which includes what it names: a date ends with its last millisecond, a time with a date ends
 * with that second.
 *
 * @returns an instant, null for texts that `readTime` does not understand
 */
export function readEnd(text: string, now: number): string | null {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return readTime(`${text}T23:59:59.999`, now);
  const instant = readTime(text, now);
  const isToTheSecond = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?$/.test(text);
  return instant === null || !isToTheSecond ? instant : isoInstant(Date.parse(instant) + 999);
}

function isoInstant(value: number): string | null {
  return Math.abs(value) <= 8.64e15 ? new Date(value).toISOString() : null;
}

function isMessageState(text: string): text is MessageState {
  return MESSAGE_STATES.some((state) => state === text);
}

/** The swarm writes its types in capitals; people rarely type them so. */
function typeName(text: string): string {
  return text.trim().toUpperCase();
}

/**
 * @returns why a search finds nothing, or less than it names, as a sentence; null if every part is searched for: the
 *   index contains letters and digits only
 */
export function searchNote(q: string): string | null {
  const parts = ignoredParts(q);
  if (parts.length === 0) return null;
  const named = parts.slice(0, 3).map((part) => `“${truncated(part, 20)}”`);
  const list = named.join(', ') + (parts.length > named.length ? ', …' : '');
  return searchWords(q).length === 0
    ? `Cannot search for ${list}: only letters and digits are searched. Add a word.`
    : `Ignored: ${list}. Only letters and digits are searched.`;
}
