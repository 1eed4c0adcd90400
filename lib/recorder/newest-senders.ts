/** When each sender last spoke: a sign of life. */
const SENDERS_KEPT = 1000;

export class NewestSenders {
  readonly #newest = new Map<string, number>();
  readonly #readTime: (timestamp: unknown) => number | null;
  readonly #now: () => number;

  /** Both in milliseconds since 1970. */
  constructor(readTime: (timestamp: unknown) => number | null, now: () => number) {
    this.#readTime = readTime;
    this.#now = now;
  }

  /** @param fields of a message */
  note({ sender, timestamp }: Readonly<Record<string, unknown>>): void {
    const at = this.#readTime(timestamp);
    // A time ahead of the clock is no sign of life, and must not hide an older one that is.
    if (typeof sender !== 'string' || at === null || at > this.#now()) return;
    const known = this.#newest.get(sender) ?? 0;
    this.#newest.delete(sender);
    this.#newest.set(sender, Math.max(known, at));
    if (this.#newest.size > SENDERS_KEPT) this.#newest.delete(this.#newest.keys().next().value as string);
  }

  list(): [sender: string, at: number][] {
    return [...this.#newest];
  }
}
