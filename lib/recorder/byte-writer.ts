/**
 * Text written piece by piece straight into bytes. Joined as strings, pieces of a few characters cost more to collect as
 * garbage than to write.
 */
import { formatInstant } from '../contract/instant';

const DAY_MS = 86_400_000;
const ZERO = '0'.charCodeAt(0);
const MOST_DIGITS = 16;
/** Where the time stands in an instant, counted from its end: `00:00:00.000+00:00`. */
const HOURS_FROM_END = 18;

export class ByteWriter {
  #bytes = new Uint8Array(64 * 1024);
  #length = 0;
  readonly #digits = new Uint8Array(MOST_DIGITS);
  /** The instant written last; those that follow mostly differ in their last digits. */
  #instant = new Uint8Array(0);
  #day = Number.NaN;
  #second = Number.NaN;

  add(piece: Uint8Array): void {
    const { length } = piece;
    this.#makeRoom(length);
    const [bytes, from] = [this.#bytes, this.#length];
    // For so few bytes a call of `set` costs more.
    for (let n = 0; n < length; n += 1) bytes[from + n] = piece[n] as number;
    this.#length = from + length;
  }

  /** @param value a safe integer that is not negative */
  addInteger(value: number): void {
    this.#makeRoom(MOST_DIGITS);
    let first = MOST_DIGITS;
    for (let rest = value; first === MOST_DIGITS || rest > 0; ) {
      const tenth = Math.floor(rest / 10);
      first -= 1;
      this.#digits[first] = ZERO + (rest - 10 * tenth);
      rest = tenth;
    }
    for (; first < MOST_DIGITS; first += 1) this.#bytes[this.#length++] = this.#digits[first] as number;
  }

  /** As `formatInstant` writes it. */
  addInstant(milliseconds: number): void {
    const second = Math.floor(milliseconds / 1000);
    if (second !== this.#second) this.#toSecond(second);
    const rest = milliseconds - second * 1000;
    const hundreds = Math.floor(rest / 100);
    const place = this.#instant.length - HOURS_FROM_END + 9;
    this.#instant[place] = ZERO + hundreds;
    this.#putTwoDigits(place + 1, rest - 100 * hundreds);
    this.add(this.#instant);
  }

  /** @returns all that was written, decoded */
  toString(): string {
    return Buffer.from(this.#bytes.buffer, 0, this.#length).toString();
  }

  #toSecond(second: number): void {
    const day = Math.floor(second / (DAY_MS / 1000));
    if (day !== this.#day) this.#instant = new TextEncoder().encode(formatInstant(day * DAY_MS));
    const rest = second - day * (DAY_MS / 1000);
    const minutes = Math.floor(rest / 60);
    const hours = Math.floor(minutes / 60);
    const place = this.#instant.length - HOURS_FROM_END;
    this.#putTwoDigits(place, hours);
    this.#putTwoDigits(place + 3, minutes - 60 * hours);
    this.#putTwoDigits(place + 6, rest - 60 * minutes);
    this.#day = day;
    this.#second = second;
  }

  #putTwoDigits(place: number, value: number): void {
    const tens = Math.floor(value / 10);
    this.#instant[place] = ZERO + tens;
    this.#instant[place + 1] = ZERO + value - 10 * tens;
  }

  #makeRoom(length: number): void {
    if (this.#length + length <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + length));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
