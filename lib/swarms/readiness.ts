/** What a live swarm has done so far, and the promise that it can answer. */
export class Readiness {
  /** Resolves once files were read, the history is open, and the log was read or is given up waiting for. */
  readonly isDue: Promise<void>;
  #markReached = () => {};
  #filesRead = false;
  #historyOpen = false;
  #logAwaited = false;

  constructor() {
    this.isDue = new Promise((resolve) => {
      this.#markReached = resolve;
    });
  }

  /** All files of the swarm but the log were read at least once. */
  get filesRead(): boolean {
    return this.#filesRead;
  }

  /** A history is open, or the swarm goes on without one. */
  get historyOpen(): boolean {
    return this.#historyOpen;
  }

  /** The log was read to its end, or requests do not wait for that any longer. */
  get logAwaited(): boolean {
    return this.#logAwaited;
  }

  markFilesRead(): void {
    this.#filesRead = true;
    this.#check();
  }

  markHistoryOpen(): void {
    this.#historyOpen = true;
    this.#check();
  }

  markLogAwaited(): void {
    this.#logAwaited = true;
    this.#check();
  }

  #check(): void {
    if (this.#filesRead && this.#historyOpen && this.#logAwaited) this.#markReached();
  }
}
