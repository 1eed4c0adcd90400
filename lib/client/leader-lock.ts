/** Which tab of a browser may hold the stream, by the Web Locks API: the browser itself ends the lock of a tab that is gone. */

export interface LeaderLockEvents {
  /** This tab has the lock. */
  onGain: () => void;
  /** Another tab has taken the lock away. */
  onLoss: () => void;
  /** The browser refuses locks here, as it does where it may not store anything. */
  onRefused: () => void;
}

/** The part of the browser's LockManager that is used. */
export type Locks = Pick<LockManager, 'request'>;

export class LeaderLock {
  readonly #name: string;
  readonly #locks: Locks;
  readonly #events: LeaderLockEvents;
  /** The request that counts: a steal cannot be withdrawn, so a granted one that no longer counts is given back. */
  #current: symbol | null = null;
  #withdraw: AbortController | null = null;
  #giveBack: (() => void) | null = null;

  constructor(name: string, locks: Locks, events: LeaderLockEvents) {
    this.#name = name;
    this.#locks = locks;
    this.#events = events;
  }

  /** Waits in the queue for the lock. */
  wait(): void {
    const withdraw = new AbortController();
    this.#request({ signal: withdraw.signal }, withdraw);
  }

  /** Takes the lock from the tab that has it: a frozen tab keeps its lock. */
  steal(): void {
    this.#request({ steal: true }, null);
  }

  /** Gives the lock back, or leaves the queue. */
  release(): void {
    this.#current = null;
    this.#withdraw?.abort();
    this.#withdraw = null;
    this.#giveBack?.();
    this.#giveBack = null;
  }

  #request(options: LockOptions, withdraw: AbortController | null): void {
    this.release();
    const request = Symbol();
    this.#current = request;
    this.#withdraw = withdraw;
    let held = false;
    const hold = () => {
      if (this.#current !== request) return undefined;
      held = true;
      this.#withdraw = null;
      const kept = new Promise<void>((resolve) => {
        this.#giveBack = resolve;
      });
      this.#events.onGain();
      return kept;
    };
    this.#locks.request(this.#name, options, hold).catch(() => {
      if (this.#current !== request) return;
      this.#current = null;
      this.#giveBack = null;
      if (held) this.#events.onLoss();
      else this.#events.onRefused();
    });
  }
}
