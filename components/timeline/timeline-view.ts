/** The span in view while it is zoomed and dragged: drawn at once, written to the address when it comes to rest. */

import {
  formatSpan,
  LENGTHS,
  limited,
  PRESETS,
  type Preset,
  parseSpan,
  resolveChoice,
  type SpanChoice,
} from '@/lib/client/spans';
import type { TimeSpan } from '@/lib/contract/time-span';

/** Browsers refuse more than about a hundred changes of the address in half a minute. */
const SETTLES_AFTER = 300;
/** So near to the present, the view holds on to it. */
const HOLDS = 0.004;

interface Options {
  /** The present by the server's clock, in milliseconds. */
  now: () => number;
  /** Keeps a span in the address. */
  write: (span: string) => void;
}

/** The span in view. Whoever draws it reads it anew for each picture, since it may follow the present. */
export class TimelineView {
  readonly #options: Options;
  readonly #listeners = new Set<() => void>();
  #choice: SpanChoice = parseSpan(null);
  /** What was written last: when the address says the same, what is here is truer. */
  #written: string | null = null;
  #follows = true;
  #first: number | null = null;
  #watchedSince: number | null = null;
  #at: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Takes the span and the past moment of the address. */
  take(span: string | null, at: number | null): void {
    const moved = this.#at !== at;
    this.#at = at;
    if (span !== null && span === this.#written) {
      if (moved) this.#notify();
      return;
    }
    clearTimeout(this.#timer);
    this.#written = span;
    this.#choice = parseSpan(span);
    this.#follows = typeof this.#choice === 'string';
    this.#notify();
  }

  /** Learns the oldest moment of which anything is known, and that from which on the swarm was watched. */
  learnFirst(first: number | null, watchedSince: number | null = first): void {
    if (first === this.#first && watchedSince === this.#watchedSince) return;
    this.#first = first;
    this.#watchedSince = watchedSince;
    this.#notify();
  }

  /** The preset that is chosen, null for a span of its own. */
  get preset(): Preset | null {
    if (typeof this.#choice !== 'string') return null;
    if (this.#choice !== 'recent') return this.#choice;
    const { since, until } = this.read();
    return PRESETS.find((preset) => LENGTHS[preset] === until - since) ?? null;
  }

  /** True while the right edge is the present. */
  get follows(): boolean {
    return this.#follows && this.read().until >= this.#options.now();
  }

  /** The oldest moment of which anything is known; null while the server has not said it. */
  get first(): number | null {
    return this.#first;
  }

  /** The span at this moment. */
  read(): TimeSpan {
    const now = this.#options.now();
    if (typeof this.#choice === 'string')
      return resolveChoice(this.#choice, { now, first: this.#first, watchedSince: this.#watchedSince, at: this.#at });
    if (!this.#follows) return this.#choice;
    return { since: now - (this.#choice.until - this.#choice.since), until: now };
  }

  /** Shows another span at once; it is written when nothing has moved for a moment. */
  move(span: TimeSpan): void {
    const now = this.#options.now();
    const next = limited(span, { now, first: this.#first });
    // Dragged against the present, a preset stays what it is: the address would freeze what goes on living here.
    const shown = this.read();
    if (
      typeof this.#choice === 'string' &&
      Math.abs(next.since - shown.since) < 1 &&
      Math.abs(next.until - shown.until) < 1
    )
      return;
    this.#choice = next;
    this.#follows = now - this.#choice.until < (span.until - span.since) * HOLDS;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settle(), SETTLES_AFTER);
    this.#notify();
  }

  /** Shows a preset. */
  choose(preset: Preset): void {
    clearTimeout(this.#timer);
    this.#written = null;
    this.take(preset, this.#at);
    this.#options.write(preset);
  }

  /** Goes to the present without changing how much is shown. */
  goToNow(): void {
    const { since, until } = this.read();
    const now = this.#options.now();
    this.move({ since: now - (until - since), until: now });
  }

  /** Goes to the beginning of what is known. */
  goToFirst(): void {
    const { since, until } = this.read();
    const first = this.#first ?? since;
    this.move({ since: first, until: first + until - since });
  }

  /** Calls `listener` at each change until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets a span that has not come to rest. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #settle(): void {
    this.#written = formatSpan(this.read());
    this.#options.write(this.#written);
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
