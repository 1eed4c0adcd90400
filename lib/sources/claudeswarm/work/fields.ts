/** Reads the fields of the swarm's files about work, which may contain anything: bounded, and null where they do not fit. */
import { MAX_WORK_TEXT } from '../../../contract/work-bounds';
import { isObject } from '../../../platform/json-shape';
import { readName } from '../message-fields';
import { readInstant } from '../naive-time';

/** The largest file about work: the tool writes a few hundred kilobytes, and reading holds the event loop. */
export const MAX_WORK_BYTES = 4 * 1024 * 1024;

type Fields = Readonly<Record<string, unknown>>;

/** @returns a text, cut to `most` characters; null for what is not a text or empty */
export function readText(value: unknown, most = MAX_WORK_TEXT): string | null {
  if (typeof value !== 'string' || value.trim() === '') return null;
  return cut(value, most);
}

/** @returns the text, or its beginning with an ellipsis, without half a character at its end */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** @returns the instant in UTC as the API writes it; null for what is not a time */
export function readTime(value: unknown): string | null {
  return readInstant(value, 'UTC')?.iso ?? null;
}

/** @returns a number; null for anything else */
export function readFigure(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** @returns the first `most` texts of a list, each cut; an empty list for anything else */
export function readTexts(value: unknown, most: number, length = MAX_WORK_TEXT): string[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, most).flatMap((one) => readText(typeof one === 'number' ? String(one) : one, length) ?? []);
}

/** @returns the entries of a list that are objects, the first `most` of them; an empty list for anything else */
export function readObjects(value: unknown, most: number): Fields[] {
  return Array.isArray(value) ? value.slice(0, most).filter(isObject) : [];
}

/** @returns the numbers of an object by their names, the first `most` of them */
export function readFigures(value: unknown, most: number): [name: string, figure: number][] {
  if (!isObject(value)) return [];
  const named = Object.entries(value).slice(0, most);
  return named.flatMap(([key, one]): [string, number][] => {
    const name = readName(key);
    const figure = readFigure(one);
    return name === null || figure === null ? [] : [[name, figure]];
  });
}
