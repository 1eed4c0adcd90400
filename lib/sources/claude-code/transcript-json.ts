/** Fields of the lines of a transcript. Anything may be missing or of another type in another version. */
import { isObject } from '../../platform/json-shape';

export type Json = Record<string, unknown>;

/** @returns the object of a line; null if it is not the text of a JSON object */
export function parseObject(line: Buffer): Json | null {
  try {
    const value: unknown = JSON.parse(line.toString());
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** @returns a field that is an object; an empty one if it is not */
export function objectField(of: Json, name: string): Json {
  const value = of[name];
  return isObject(value) ? value : {};
}

/** @returns a text that is not empty, or null */
export function textField(of: Json, name: string): string | null {
  const value = of[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** @returns a number from 0, or null */
export function countField(of: Json, name: string): number | null {
  const value = of[name];
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.round(value) : null;
}

/** @returns the time of a line, milliseconds since 1970; null if it has none */
export function timeOf(line: Json): number | null {
  const at = Date.parse(textField(line, 'timestamp') ?? '');
  return Number.isFinite(at) ? at : null;
}

/** @returns the blocks of a message; a text counts as one block */
export function blocksOf(message: Json): Json[] {
  const { content } = message;
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Array.isArray(content) ? content.filter(isObject) : [];
}
