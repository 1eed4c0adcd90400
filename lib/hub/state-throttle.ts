/** Limits how often each kind of state is sent, and lets messages go first. */
import type { StateKind } from '../contract/state';

/** The longest interval between two events of one kind. */
const MAX_INTERVAL_MS = 1_000;

interface Options {
  /** Milliseconds since 1970. */
  now: () => number;
  /** Sends the present state of a kind. */
  send: (kind: StateKind) => void;
  /** The interval until the next event of a kind that is sent now, in milliseconds; longer ones are cut to a second. */
  intervalMs: (kind: StateKind, now: number) => number;
}

/** Throttle of one kind of state: a single change is sent at once, the last one of a burst after the interval. */
interface Pending {
  /** There is a change that was not sent yet. */
  isDue: boolean;
  /** Milliseconds since 1970. */
  notBefore: number;
  /** Runs only while a change waits: one after each event would wake the process for nothing. */
  timer: NodeJS.Timeout | null;
}

export class StateThrottle {
  readonly #options: Options;
  readonly #kinds = new Map<StateKind, Pending>();
  /** Runs while messages are on their way, which states wait for. */
  #deferred: NodeJS.Timeout | null = null;
  #isStopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Sends the state of a kind as soon as its interval and messages on their way allow. */
  request(kind: StateKind): void {
    if (this.#isStopped) return;
    const pending = this.#kinds.get(kind) ?? { isDue: false, notBefore: 0, timer: null };
    this.#kinds.set(kind, pending);
    pending.isDue = true;
    this.#sendDue(kind, pending);
  }

  /** Delays all states; further calls do not prolong the delay, so that states are sent even if messages never end. */
  defer(milliseconds: number): void {
    this.#deferred ??= setTimeout(() => {
      this.#deferred = null;
      for (const [kind, pending] of this.#kinds) this.#sendDue(kind, pending);
    }, milliseconds);
  }

  /** Sends nothing more. */
  stop(): void {
    this.#isStopped = true;
    for (const { timer } of this.#kinds.values()) if (timer) clearTimeout(timer);
    if (this.#deferred) clearTimeout(this.#deferred);
  }

  #sendDue(kind: StateKind, pending: Pending): void {
    if (!pending.isDue || pending.timer || this.#deferred) return;
    const { now, send, intervalMs } = this.#options;
    const at = now();
    const wait = pending.notBefore - at;
    // A clock that was set back must not delay anything.
    if (wait <= 0 || wait > MAX_INTERVAL_MS) {
      pending.isDue = false;
      pending.notBefore = at + Math.min(intervalMs(kind, at), MAX_INTERVAL_MS);
      send(kind);
      return;
    }
    pending.timer = setTimeout(() => {
      pending.timer = null;
      this.#sendDue(kind, pending);
    }, wait);
  }
}
