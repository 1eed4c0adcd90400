/** The calm page: it shows at most one update a second, together with the tick of its clock. */
import type { StreamEvent } from '../contract/events';
import { subscribe as onTick } from './clock';

/** A hidden tab's clock ticks once a minute: this many events do not wait for it. */
const MAX_KEPT_EVENTS = 500;

let calm = false;
const listeners = new Set<() => void>();

/** @returns whether the page is calm */
export function isCalm(): boolean {
  return calm;
}

/** Makes the page calm, or lets it show changes as they arrive. */
export function setCalm(next: boolean): void {
  if (next === calm) return;
  calm = next;
  for (const listener of listeners) listener();
}

/** Calls `listener` when the page becomes calm, and when it no longer is, until the returned function is called. */
export function onCalmChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Passes on events as they arrive; while the page is calm, all of a second at the next tick of the clock. */
export class CalmGate {
  readonly #pass: (events: readonly StreamEvent[]) => void;
  #kept: StreamEvent[] = [];

  /** @param pass takes events in their order; none is left out */
  constructor(pass: (events: readonly StreamEvent[]) => void) {
    this.#pass = pass;
  }

  receive(events: readonly StreamEvent[]): void {
    this.#kept.push(...events);
    if (!calm || this.#kept.length >= MAX_KEPT_EVENTS) this.#flush();
  }

  /** Follows the clock and the setting until the returned function is called, which passes on what is kept. */
  follow(): () => void {
    const endings = [onTick(() => this.#flush()), onCalmChange(() => this.#flush())];
    return () => {
      for (const end of endings) end();
      this.#flush();
    };
  }

  #flush(): void {
    if (this.#kept.length === 0) return;
    const events = this.#kept;
    this.#kept = [];
    this.#pass(events);
  }
}
