/** A message on its way into the history, as a row of it, and as the API returns it. */
import { encodeMessage } from './encode-message';

/** A line to record: its JSON text without line breaks, and the object that it parses to. */
export interface Line {
  text: string;
  fields: Readonly<Record<string, unknown>>;
  /** Taken over from another history unchanged: the `seq`, and the time of sending in microseconds since 1970. */
  kept?: { seq: number; sentAt: number | null };
}

/** A message as the API returns it. */
export interface KeptMessage {
  seq: number;
  json: string;
}

export interface MessageRow {
  seq: number;
  /** Microseconds since 1970; null if the timestamp is unreadable. */
  sent_at: number | null;
  line: string;
}

export function keptMessage({ seq, sent_at, line }: MessageRow): KeptMessage {
  return { seq, json: encodeMessage(seq, sent_at, line) };
}
