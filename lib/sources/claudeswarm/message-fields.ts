/** Reads the meaning of a message from fields that may contain anything: recipients, deliveries and content. */

type Fields = Readonly<Record<string, unknown>>;

/** The recipient that means everyone (the swarm's readers accept it). */
export const EVERYONE = 'all';

/** Names are kept in memory and sent between threads; a real one has up to 64 characters. */
const NAME_CHARACTERS = 256;
const EXCERPT_CHARACTERS = 140;

/** @returns the name of an agent, cut if it is too long; null for a value that is no name */
export function readName(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value.slice(0, NAME_CHARACTERS) : null;
}

/** @returns the names that a message is addressed to, each once */
export function recipientsOf({ recipients }: Fields): string[] {
  const list = Array.isArray(recipients) ? recipients : [recipients];
  return [...new Set(list.map(readName).filter((name) => name !== null))];
}

/**
 * Reads which recipients a message reached and which it did not.
 *
 * @returns names; none where the line only counts deliveries without naming recipients
 */
export function deliveriesOf(fields: Fields): { reached: string[]; missed: string[] } {
  const { delivery_status: status, success_count: successes, failure_count: failures } = fields;
  if (typeof status === 'object' && status !== null && !Array.isArray(status)) {
    const entries = Object.entries(status).map(([name, accepted]) => [name.slice(0, NAME_CHARACTERS), accepted]);
    const named = (outcome: boolean) => entries.filter(([, accepted]) => accepted === outcome).map(([name]) => name);
    return { reached: named(true) as string[], missed: named(false) as string[] };
  }
  const everyoneMissed = typeof failures === 'number' && failures > 0 && successes === 0;
  return { reached: [], missed: everyoneMissed ? recipientsOf(fields) : [] };
}

/**
 * Reads the text of a message without the prefix that the swarm's tool adds when it sends it again. Retries and the
 * escalation after them are logged as messages of their own, with ids of their own.
 *
 * @returns `form` says whether it is the original, a retry or the escalation
 */
export function messageContent({ content }: Fields): { text: string; form: 'first' | 'retry' | 'escalation' } {
  const text = typeof content === 'string' ? content : (JSON.stringify(content) ?? '');
  const retry = /^(?:\[RETRY-\d+\] )+/.exec(text);
  if (retry) return { text: text.slice(retry[0].length), form: 'retry' };
  const escalation =
    /^\[UNACKNOWLEDGED\] (?:Message to .{1,256}? unacknowledged after \d+ attempts\. Original: )?/.exec(text);
  if (escalation) return { text: text.slice(escalation[0].length), form: 'escalation' };
  return { text, form: 'first' };
}

/**
 * Whether the swarm's tool wrote a message by itself: a retry or the escalation after the last one. It carries the name
 * of an agent that may be long gone, so it is not a sign of life, speech or an answer.
 */
export function isAutomatic({ content }: Fields): boolean {
  return typeof content === 'string' && /^\[(?:RETRY-\d+|UNACKNOWLEDGED)\] /.test(content);
}

/** @returns the beginning of a text in one line */
export function excerptOf(text: string): string {
  const beginning = text.slice(0, 4 * EXCERPT_CHARACTERS).replace(/^\[REQUIRES-ACK\] /, '');
  const characters = [...beginning.replace(/\s+/g, ' ').trim()];
  if (characters.length <= EXCERPT_CHARACTERS) return characters.join('');
  return `${characters.slice(0, EXCERPT_CHARACTERS - 1).join('')}…`;
}

/** @returns a text with at most this many UTF-16 units; a cut one ends with an ellipsis, never within a character */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
