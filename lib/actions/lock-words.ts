/** Sentences about locks, for refusals and records. */
import type { Lock } from '../contract/schemas';

const MAX_NAMED = 3;
const MAX_LENGTH = 200;

/** @returns a value of a lock file as a sentence contains it, shortened */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  const shown = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they would break the line of a log or a terminal
  return /^[^\s"\x00-\x1f]+$/.test(shown) ? shown : JSON.stringify(shown);
}

/** @returns such as `src/app.ts, held by agent-1 since 2026-02-03T09:12:04.118+00:00` */
export function heldSentence({ filepath, agent_id, acquired_at }: Lock): string {
  const since = acquired_at === null ? '' : ` since ${acquired_at}`;
  return `${quoted(filepath)}, held by ${quoted(agent_id)}${since}`;
}

/**
 * @param locks the first of those that are in the way
 * @param count of all of them
 * @returns why a path can't be locked, and what its caller can do
 */
export function conflictSentence(filepath: string, locks: readonly Lock[], count: number): string {
  const [first] = locks;
  const holders = [...new Set(locks.map(({ agent_id }) => quoted(agent_id)))];
  const others = count > MAX_NAMED ? `, and ${count - MAX_NAMED} more` : '';
  const what =
    count === 1 && first?.filepath === filepath
      ? `${heldSentence(first).replace(', held by', ' is locked by')}`
      : `${quoted(filepath)} overlaps ${locks.slice(0, MAX_NAMED).map(heldSentence).join('; ')}${others}`;
  const whom = holders.length === 1 ? holders[0] : 'their holders';
  return `${what}. Wait until it is released, ask ${whom}, or release it by force.`;
}
