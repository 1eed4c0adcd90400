/** Encodes a recorded line as the API returns it. */
import { formatMicroseconds } from '../contract/instant';

/**
 * Adds the fields of the history to a line. The text of the line is kept letter for letter (numbers, escapes,
 * order), so this splices text and parses only where a field of the line has the name of an added one.
 *
 * @param sentAt microseconds since 1970, or null
 * @param team the agent team of Claude Code; null for a line of the log, which so can't claim to be of one
 * @returns one line of JSON
 */
export function encodeMessage(seq: number, sentAt: number | null, line: string, team: string | null = null): string {
  const sent_at = sentAt === null ? null : formatMicroseconds(sentAt);
  const added = { seq, sent_at, ...(team !== null && { team }) };
  const collides = /"(?:seq|sent_at|team|original)"/.test(line) ? collisions(line) : null;
  if (collides) return JSON.stringify({ ...collides.rest, ...added, original: collides.original });
  const addedText = JSON.stringify(added).slice(1);
  return /^\{\s*\}$/.test(line) ? `{${addedText}` : `${line.slice(0, -1)}, ${addedText}`;
}

function collisions(line: string): { rest: object; original: Record<string, unknown> } | null {
  const { seq, sent_at, team, original, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const own = Object.entries({ seq, sent_at, team, original }).filter(([, value]) => value !== undefined);
  return own.length === 0 ? null : { rest, original: Object.fromEntries(own) };
}
