/** Reads fields of Claude Code's JSON, which another version may write in another way: what does not fit is null. */

const MAX_NAME_LENGTH = 256;
const MAX_INSTANT_MS = 8.64e15;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** @returns the value in a file, or why there is none; half of a character is a fault too, as it comes from two writes */
export function parseJson(bytes: Buffer): { value: unknown } | { fault: string } {
  if (bytes.length === 0) return { fault: 'is empty' };
  try {
    return { value: JSON.parse(decoder.decode(bytes)) };
  } catch {
    return { fault: 'is no valid JSON' };
  }
}

/** @returns a text that is not empty; null for other values and for a longer text, which cut would be another name */
export function textField(value: unknown, maxLength = MAX_NAME_LENGTH): string | null {
  return typeof value === 'string' && value !== '' && value.length <= maxLength ? value : null;
}

/** @returns milliseconds since 1970; null for what is no such number */
export function instantField(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value <= MAX_INSTANT_MS ? value : null;
}

/** @returns a process id; null for what can't be one */
export function pidField(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;
}

/** @returns the names in a list, at most some of them */
export function namesField(value: unknown, max: number): string[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, max).flatMap((name) => textField(name) ?? []);
}
