/** Requests of a reader to read again: they follow each other, and those that wait are answered together. */

/** @param names of files that may have changed; null for everything */
type Refresh = (names: ReadonlySet<string> | null) => Promise<boolean>;

export class RefreshQueue {
  readonly #refresh: Refresh;
  #running: Promise<unknown> = Promise.resolve();
  #waiting: { names: Set<string> | null; done: Promise<boolean> } | null = null;

  constructor(refresh: Refresh) {
    this.#refresh = refresh;
  }

  /**
   * Requests one reading that begins after this call.
   *
   * @returns its result; it is shared by all requests that were made before it began
   */
  request(names: ReadonlySet<string> | null): Promise<boolean> {
    if (this.#waiting) {
      if (names === null) this.#waiting.names = null;
      else for (const name of names) this.#waiting.names?.add(name);
      return this.#waiting.done;
    }
    const waiting = { names: names === null ? null : new Set(names), done: Promise.resolve(false) };
    waiting.done = this.#running.then(() => {
      this.#waiting = null;
      return this.#refresh(waiting.names);
    });
    this.#running = waiting.done.catch(() => undefined);
    this.#waiting = waiting;
    return waiting.done;
  }
}
