/** The last output of a pane, numbered, so that a viewer goes on where it stopped. Bounded by its length. */

/** Letters, which are up to 2 MB in memory where they are Latin, 4 MB otherwise. */
const MAX_RING_LETTERS = 2 * 1024 * 1024;
/** More is sent in several events. */
const MAX_PART_LETTERS = 64 * 1024;

export class OutputRing {
  #parts: string[] = [];
  /** The number of the part before the first that is kept. */
  #base = 0;
  #letters = 0;
  readonly #max: number;

  constructor(max = MAX_RING_LETTERS) {
    this.#max = max;
  }

  /** The number of the last part. */
  get head(): number {
    return this.#base + this.#parts.length;
  }

  /** Adds a part. @returns its number */
  push(text: string): number {
    this.#parts.push(text);
    this.#letters += text.length;
    if (this.#letters > this.#max) this.#forgetOldest();
    return this.head;
  }

  /** Forgets everything: a new screen replaces it. @returns its number, which no part has */
  clear(): number {
    this.#base = this.head + 1;
    this.#parts = [];
    this.#letters = 0;
    return this.#base;
  }

  /** @returns whether everything after a number is kept */
  reaches(seq: number): boolean {
    return seq >= this.#base && seq <= this.head;
  }

  /** @returns some of what came after a number that is reached, and the number of its last part; null for nothing */
  after(seq: number): { text: string; seq: number } | null {
    const first = seq - this.#base;
    let [last, letters] = [first, 0];
    while (last < this.#parts.length && (last === first || letters < MAX_PART_LETTERS)) {
      letters += this.#parts[last]?.length ?? 0;
      last += 1;
    }
    if (last === first) return null;
    return { text: this.#parts.slice(first, last).join(''), seq: this.#base + last };
  }

  /** A quarter at once: to move the rest for each part would cost more than all else. */
  #forgetOldest(): void {
    let count = 0;
    while (this.#letters > (this.#max * 3) / 4 && count < this.#parts.length - 1) {
      this.#letters -= this.#parts[count]?.length ?? 0;
      count += 1;
    }
    this.#parts.splice(0, count);
    this.#base += count;
  }
}
