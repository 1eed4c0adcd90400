/** A message on its way into the history, as a row of it, and as the API returns it. */
import { encodeMessage } from './encode-message';

/** A line to record: its JSON text without line breaks, and the object that it parses to. */
export interface Line {
  text: string;
  fields: Readonly<Record<string, unknown>>;
  /** Taken over from another history unchanged: the `seq`, and the time of sending in microseconds since 1970. */
  kept?: { seq: number; sentAt: number | null };
  /** The agent team of Claude Code whose message it is; absent for a line of the log. */
  team?: string;
}

/** A message as the API returns it. */
export interface KeptMessage {
  seq: number;
  json: string;
  /** It is not from the log but from an agent team of Claude Code. */
  team?: true;
}

export interface MessageRow {
  seq: number;
  /** Microseconds since 1970; null if the timestamp is unreadable. */
  sent_at: number | null;
  line: string;
  /** The agent team of Claude Code; null for a line of the log. */
  team: string | null;
}

export function keptMessage({ seq, sent_at, line, team }: MessageRow): KeptMessage {
  const json = encodeMessage(seq, sent_at, line, team);
  return team === null ? { seq, json } : { seq, json, team: true };
}
