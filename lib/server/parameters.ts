/** The parameters of a request: read one by one, every faulty one named at the end. */
import { getConfig } from '../config';
import { parseCursor } from '../contract/events';
import type { Problem } from '../contract/schemas';
import { readInstant } from '../swarm/naive-time';
import { ProblemError } from './problem';

const DEFAULT_LIMIT = 50;
/** Longer than any id or sensible search; bounds what one request may cost. */
export const LONGEST_TEXT = 1_000;

/** Blank parameters count as absent, unknown ones are ignored, and of one that may not be repeated the last counts. */
export class Parameters {
  readonly #given: URLSearchParams;
  readonly #zone: string | null;
  readonly #faults: NonNullable<Problem['errors']> = [];
  #malformedCursor = false;

  /** @param zone the zone of instants without an offset, null for that of this process */
  constructor(given: URLSearchParams, zone: string | null = getConfig().swarmZone) {
    this.#given = given;
    this.#zone = zone;
  }

  has(name: string): boolean {
    return this.#given.has(name);
  }

  text(name: string): string | undefined {
    const value = this.#given.getAll(name).at(-1)?.trim();
    if (value && value.length > LONGEST_TEXT) this.fault(name, `must have at most ${LONGEST_TEXT} characters.`);
    return value || undefined;
  }

  /** @returns every value that is not blank, each once */
  texts(name: string): string[] {
    return [...new Set(this.#given.getAll(name).map((value) => value.trim()))].filter((value) => value !== '');
  }

  /** @returns milliseconds since 1970 */
  instant(name: string): number | undefined {
    // A plus sign that was not percent-encoded arrives as a blank.
    const value = this.text(name)?.replace(/ (?=\d{2}:?\d{2}$)/, '+');
    const read = value === undefined ? undefined : readInstant(value, this.#zone ?? undefined);
    if (read === null) this.fault(name, 'must be a time in ISO 8601, such as 2026-01-30T12:00:00+00:00.');
    return read?.milliseconds;
  }

  /** @returns 50 if it is absent or below 1 */
  limit(largest: number): number {
    const text = this.#given.getAll('limit').at(-1);
    if (text === undefined) return DEFAULT_LIMIT;
    if (!/^[+-]?\d+$/.test(text)) this.fault('limit', 'must be a whole number.');
    const limit = Number(text);
    return limit >= 1 ? Math.min(limit, largest) : DEFAULT_LIMIT;
  }

  /** @returns a number within bounds: the usual one if it is absent, the nearest if it is beyond them */
  whole(name: string, { usual, least, most }: { usual: number; least: number; most: number }): number {
    const text = this.text(name);
    if (text === undefined) return usual;
    if (!/^[+-]?\d+$/.test(text)) this.fault(name, 'must be a whole number.');
    return Math.min(Math.max(Number(text), least), most);
  }

  /** @returns a cursor taken apart */
  cursor(name: string): { epoch: string; seq: number } | undefined {
    if (!this.has(name)) return undefined;
    const place = parseCursor(this.#given.getAll(name).at(-1) ?? '');
    if (place) return place;
    this.#malformedCursor = true;
    this.fault(name, 'must be a cursor as the API gave it, such as next_cursor.');
    return undefined;
  }

  /** @param detail the end of a sentence that begins with the parameter */
  fault(parameter: string, detail: string): void {
    this.#faults.push({ parameter, detail });
  }

  /** @throws {ProblemError} naming every faulty parameter, if there was one */
  check(): void {
    if (this.#faults.length === 0) return;
    const code = this.#malformedCursor && this.#faults.length === 1 ? 'malformed_cursor' : 'invalid_parameter';
    const sentence = this.#faults.map(({ parameter, detail }) => `The parameter ${parameter} ${detail}`).join(' ');
    throw new ProblemError(code, sentence, { errors: this.#faults });
  }
}
