/** Text in exactly the form of the swarm's Python tool, so that readers see no difference. */
import { randomBytes } from 'node:crypto';

/**
 * JSON as Python's `json.dumps` writes it with its defaults: separators `, ` and `: `, everything beyond printable
 * ASCII escaped.
 *
 * @param value JSON values only; fields that are undefined are left out
 */
export function pythonJson(value: unknown): string {
  if (typeof value === 'string') return asciiOnly(JSON.stringify(value));
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return `{${fields.map(([name, field]) => `${pythonJson(name)}: ${pythonJson(field)}`).join(', ')}}`;
  }
  return JSON.stringify(value);
}

/** JSON as the swarm's tool writes its other files: two spaces of indent, ASCII, no final line feed. */
export function pythonJsonIndented(value: unknown): string {
  return asciiOnly(JSON.stringify(value, null, 2));
}

/** A lock as it is written. */
export interface WrittenLock {
  agentId: string;
  filepath: string;
  reason: string;
  /** Milliseconds since 1970. */
  now: number;
}

/** @returns the content of a lock file */
export function lockText({ agentId, filepath, reason, now }: WrittenLock): string {
  // Python always writes a float, with `.0` where JavaScript leaves it out.
  const seconds = now / 1000;
  const json = pythonJsonIndented({ agent_id: agentId, filepath, locked_at: seconds, reason });
  return Number.isInteger(seconds) ? json.replace(/("locked_at": \d+)/, '$1.0') : json;
}

/**
 * Formats a time as the log has it: local wall clock of this process's zone, no offset, six digits.
 *
 * @param milliseconds since 1970; a fraction gives the microseconds
 */
export function formatNaiveLocal(milliseconds: number): string {
  const date = new Date(milliseconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const microseconds = date.getMilliseconds() * 1000 + Math.floor((milliseconds % 1) * 1000);
  return `${day}T${time}.${String(microseconds).padStart(6, '0')}`;
}

/** @returns a time as the swarm's tool writes it: UTC, microseconds, `+00:00` */
export function formatUtc(milliseconds: number): string {
  const microseconds = String(Math.floor((milliseconds % 1) * 1000)).padStart(3, '0');
  return new Date(milliseconds).toISOString().replace('Z', `${microseconds}+00:00`);
}

/** A name as Python's `tempfile` creates it: readers of the swarm's files skip it. */
export function temporaryName(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789_';
  return `tmp${Array.from(randomBytes(8), (byte) => alphabet[byte % alphabet.length]).join('')}`;
}

function asciiOnly(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
