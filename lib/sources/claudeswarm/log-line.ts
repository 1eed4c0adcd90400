/** One line of the message log: from bytes to a message's raw text and its parsed fields. */
import { isNestedTooDeeply } from '../../platform/json-depth';
import { isObject } from '../../platform/json-shape';

export interface LogLine {
  /** The line as JSON text, trimmed, without line break: what is recorded and compared. */
  text: string;
  fields: Readonly<Record<string, unknown>>;
}

/**
 * Reads a line as the swarm's own tool reads it: spaces and CR trimmed, a byte order mark dropped at the start of a
 * file, invalid UTF-8 replaced, strict JSON, an object.
 *
 * @param bytes the line without its line feed
 * @param first whether it is the first of its file
 * @returns null for a blank line, `error` for a line that is not a message
 */
export function parseLine(bytes: Buffer, first: boolean): LogLine | { error: string } | null {
  const decoded = bytes.toString('utf8');
  const text = trim(first && decoded.startsWith('\ufeff') ? decoded.slice(1) : decoded);
  if (text === '') return null;
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    return { error: 'invalid JSON' };
  }
  if (!isObject(fields)) return { error: 'not a JSON object' };
  if (isNestedTooDeeply(fields, text.length)) return { error: 'nested too deeply' };
  // A CR between two tokens is valid JSON, but would end a line of the event stream.
  return { text: text.includes('\r') ? JSON.stringify(fields) : text, fields };
}

/** Creates the placeholder of a line that is too long to be read: it shows that there was a message, and its size. */
export function lineTooLong(bytes: number, hash: string): LogLine {
  const fields = {
    content: `A line of ${bytes} bytes stood here: longer than the limit of 1 MB, so it was not read.`,
    line_bytes: bytes,
    line_sha1: hash,
  };
  return { text: JSON.stringify(fields), fields };
}

/** Trims the white space of JSON and nothing else: `String.trim` would drop a byte order mark too. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && ' \t\r\n'.includes(text[start] as string)) start++;
  while (end > start && ' \t\r\n'.includes(text[end - 1] as string)) end--;
  return text.slice(start, end);
}
