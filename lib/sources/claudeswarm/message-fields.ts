/** What a message's fields mean, read from fields that may hold anything: who it is for, whom it reached, what it says. */

type Fields = Readonly<Record<string, unknown>>;

/** A recipient that stands for everyone (the swarm's readers honour it). */
export const EVERYONE = 'all';

/** Names are kept in memory and told between threads; a real one has at most 64 characters. */
const NAME_CHARACTERS = 256;
const EXCERPT_CHARACTERS = 140;

/** @returns the name of an agent, cut where it is absurdly long; null for what is no name */
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
 * Whom a message reached and whom it did not.
 *
 * @returns names; none where the line does not say whose delivery it counts
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
 * What a message says without what the swarm's tool puts before it when it sends it again. Retries and the escalation
 * after them are logged as messages of their own, with ids of their own.
 *
 * @returns `form` tells whether it is the first of its text or one of those
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
 * of an agent that may be long gone, so it is no sign of life, no speech and no answer.
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
