/** Searches a text for a sequence of characters, some of them variable: a part of a pattern between two `*`. */
import { type CharacterSet, isInSet } from './fnmatch-set';

/** What one character has to be: a fixed one (its code point), any, or one of a set. */
export type Part = number | typeof ANY_ONE | CharacterSet;

export const ANY_ONE = Symbol('?');

const BITS = 32;

/** Ordinary paths have far fewer; a text with more pays for them once for each pattern. */
const MAX_DIFFERENT_CHARACTERS = 200;

/**
 * Finds parts in texts by Shift-And (Baeza-Yates and Gonnet 1992): one bit for each part says whether the text so far
 * ends with the parts up to it, and a character moves 32 of them at once. So a search costs text times parts / 32,
 * whatever both are; a try at every place took 100 ms for 4,096 bytes of each.
 */
export class PartsSearch {
  readonly #length: number;
  readonly #words: number;
  /** The bits of the parts that match any character. */
  readonly #any: Uint32Array;
  readonly #places = new Map<number, number[]>();
  readonly #sets: [set: CharacterSet, place: number][] = [];
  /** By code point: one bit for each part that it matches. Computed when a text first contains it. */
  readonly #fits = new Map<number, Uint32Array>();

  /** @param parts at least one */
  constructor(parts: readonly Part[]) {
    this.#length = parts.length;
    this.#words = Math.ceil(parts.length / BITS);
    this.#any = new Uint32Array(this.#words);
    for (const [place, part] of parts.entries()) {
      if (part === ANY_ONE) setBit(this.#any, place);
      else if (typeof part === 'number') {
        const places = this.#places.get(part);
        if (places) places.push(place);
        else this.#places.set(part, [place]);
      } else this.#sets.push([part, place]);
    }
  }

  /**
   * @param length of the text, in UTF-16 units
   * @returns the cost of a search, in steps of about a nanosecond; each different character is looked up once in the
   *   sets
   */
  steps(length: number): number {
    const different = Math.min(length, MAX_DIFFERENT_CHARACTERS);
    return length * (20 + 3 * this.#words) + different * 10 * this.#sets.length;
  }

  /** @returns the end of the first match from `from` on, in UTF-16 units of the text; null if there is none */
  firstEnd(text: string, from: number): number | null {
    const state = new Uint32Array(this.#words);
    const last = this.#words - 1;
    const lastBit = 1 << ((this.#length - 1) % BITS);
    for (let at = from; at < text.length; ) {
      const code = text.codePointAt(at) as number;
      at += code > 0xffff ? 2 : 1;
      const fits = this.#fitsOf(code);
      let carry = 1;
      for (let word = 0; word <= last; word++) {
        const before = state[word] as number;
        state[word] = ((before << 1) | carry) & (fits[word] as number);
        carry = before >>> (BITS - 1);
      }
      if (((state[last] as number) & lastBit) !== 0) return at;
    }
    return null;
  }

  #fitsOf(code: number): Uint32Array {
    const known = this.#fits.get(code);
    if (known) return known;
    const fits = this.#any.slice();
    for (const place of this.#places.get(code) ?? []) setBit(fits, place);
    for (const [set, place] of this.#sets) if (isInSet(set, code)) setBit(fits, place);
    this.#fits.set(code, fits);
    return fits;
  }
}

function setBit(bits: Uint32Array, place: number): void {
  const word = Math.floor(place / BITS);
  bits[word] = (bits[word] as number) | (1 << (place % BITS));
}
