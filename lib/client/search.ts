/** The search box: free text, and a small forgiving grammar (`type:BLOCKED from:agent-1 since:2h "two words"`). */
import type { MessageChoice } from './message-filter';

export interface Typed {
  /** What stays in the box. */
  text: string;
  /** What it says besides, to be added to the filter. */
  part: Partial<MessageChoice>;
  /** What can't be understood, as a sentence. */
  error: string | null;
}

const WORD = /(\w+):("[^"]*"|[^\s"]+)(\s|$)/g;
const AGO = /^(\d+(?:\.\d+)?)\s*(s|m|min|h|d)$/i;
const UNITS: Record<string, number> = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };
const CLOCK = /^([01]?\d|2[0-3]):([0-5]\d)$/;

/**
 * Takes the finished `name:value` words out of what was typed.
 *
 * @param whole also one at the very end: nothing more will be typed
 * @param now milliseconds since 1970, for `since:2h`
 */
export function readTyped(typed: string, types: readonly string[], whole: boolean, now: number): Typed {
  const part: { -readonly [Key in keyof MessageChoice]?: MessageChoice[Key] } = {};
  let error: string | null = null;
  const text = typed.replace(WORD, (all, name: string, quoted: string, end: string, offset: number) => {
    const startsWord = offset === 0 || /\s/.test(typed[offset - 1] ?? '');
    if (!startsWord || (end === '' && !whole)) return all;
    const value = quoted.replace(/^"|"$/g, '').trim();
    if (value === '') return all;
    switch (name.toLowerCase()) {
      case 'type':
        part.types = [...new Set([...(part.types ?? types), ...value.split(',').map(typeName)])];
        return '';
      case 'agent':
        part.agent = value;
        return '';
      case 'from':
      case 'to':
        part[name.toLowerCase() as 'from' | 'to'] = value;
        return '';
      case 'since':
      case 'until': {
        const instant = readTime(value, now);
        if (instant === null) {
          error = `“${value}” is no time: write 15m, 2h, 14:30 or 2026-01-30.`;
          return all;
        }
        part[name.toLowerCase() as 'since' | 'until'] = instant;
        return '';
      }
      default:
        // Anything else with a colon is text to look for, such as `http://` or `error:`.
        return all;
    }
  });
  return { text, part, error };
}

/** @returns an instant for `2h` (ago), `14:30` (the last time it was), a date or a full time; null for anything else */
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
  // A bare date means the viewer's midnight; by itself JavaScript would read it as UTC's.
  const value = Date.parse(text.length === 10 ? `${text}T00:00` : text);
  return Number.isNaN(value) ? null : isoInstant(value);
}

function isoInstant(value: number): string | null {
  return Math.abs(value) <= 8.64e15 ? new Date(value).toISOString() : null;
}

/** The swarm writes its types in capitals; whoever types them rarely does. */
function typeName(text: string): string {
  return text.trim().toUpperCase();
}

/**
 * What the words of a search find, as an expression for highlighting. The server splits text into runs of letters and
 * digits and folds case and accents; a search's words are such runs, a phrase is several in a row, and a `*` at the end
 * stands for any ending.
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

/** @returns a text cut where the pattern finds something: every second piece is a hit */
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

/** Small letters without accents, each in the place of its own: indexes into the one are indexes into the other. */
function folded(text: string): string {
  return text.replace(/[^\0-\x7F]|[A-Z]/g, (character) => {
    const bare = character.normalize('NFD').charAt(0).toLowerCase();
    return bare.length === 1 ? bare : character;
  });
}
