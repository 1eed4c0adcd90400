/**
 * Moves a page through the past: which moment is wanted, which one is shown, and playing forward. The picture follows
 * the wanted moment as fast as the server answers; of many moves only the newest is asked for.
 */

import { formatMoment, type RefusedMoment, readMoment } from '@/lib/client/moments';
import type { PastState } from '@/lib/contract/past-schemas';

export const SPEEDS = [1, 10, 60] as const;
/** Seconds of the past in one second of watching. */
export type Speed = (typeof SPEEDS)[number];

/** While somebody slides, the server is asked at most this often, in milliseconds. */
const ASK_INTERVAL_MS = 100;
/** Browsers refuse an address that changes more often than about three times a second. */
const WRITE_INTERVAL_MS = 500;
const PLAY_INTERVAL_MS = 500;

export interface PastView {
  /** The moment that is wanted, milliseconds since 1970; null for now. */
  wanted: number | null;
  /** What is shown; null for now. */
  shown: PastState | null;
  /** Why the wanted moment is not shown, as a sentence. */
  fault: string | null;
  /** Why the moment of the address is not wanted at all. */
  refused: RefusedMoment | null;
  /** Null while it stands still. */
  speed: Speed | null;
}

export const NOW: PastView = { wanted: null, shown: null, fault: null, refused: null, speed: null };

interface PastPlayerOptions {
  /** Reads the state at an instant; what it throws says in a sentence why there is none. */
  read: (at: string, signal: AbortSignal) => Promise<PastState>;
  /** Puts a moment into the address, null for now; `push` makes a step for the back button. */
  write: (at: string | null, push: boolean) => void;
  /** The latest moment there is, milliseconds since 1970. */
  now: () => number;
  /** A recording has no now: it begins, and ends, at its end. */
  recorded?: boolean;
  /** What the server has drawn, and the moment in its address. */
  first: PastView;
  address: string | null;
}

export class PastPlayer {
  readonly #options: PastPlayerOptions;
  readonly #listeners = new Set<() => void>();
  #view: PastView;
  /** The moment in the address, as far as this knows. */
  #address: string | null;
  #asked: AbortController | null = null;
  #askTimer: ReturnType<typeof setTimeout> | undefined;
  #writeTimer: ReturnType<typeof setTimeout> | undefined;
  #playTimer: ReturnType<typeof setInterval> | undefined;

  constructor(options: PastPlayerOptions) {
    this.#options = options;
    this.#view = options.first;
    this.#address = options.address;
  }

  /** @returns what is shown; the same object while nothing changes. */
  view = (): PastView => this.#view;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes over a moment that something else has put into the address. */
  follow(address: string | null): void {
    if (address === this.#address) return;
    this.#address = address;
    const moment = readMoment(address, this.#options.now());
    this.pause();
    if (typeof moment === 'number') this.#want(moment, 0);
    else if (this.#options.recorded && moment === null) this.#want(this.#options.now(), 0);
    else this.#leave(moment);
  }

  /** Goes to a moment; one that has not come yet means the latest. The first step out of now is one for the back button. */
  goTo(moment: number): void {
    const entering = this.#view.wanted === null;
    this.#want(Math.min(Math.round(moment), this.#options.now()), ASK_INTERVAL_MS);
    if (entering) this.#write(true);
    else this.#writeTimer ??= setTimeout(() => this.#write(false), WRITE_INTERVAL_MS);
  }

  /** Moves by so many milliseconds. */
  step(by: number): void {
    if (this.#view.wanted !== null) this.goTo(this.#view.wanted + by);
  }

  /** Plays forward, and arrives at now by itself. */
  play(speed: Speed): void {
    this.pause();
    if (this.#view.wanted === null) return;
    this.#change({ speed });
    let last = performance.now();
    this.#playTimer = setInterval(() => {
      const elapsed = performance.now() - last;
      last += elapsed;
      // The picture must not fall behind: time stands while it is being read.
      if (this.#asked !== null || this.#askTimer !== undefined) return;
      const next = (this.#view.wanted ?? 0) + elapsed * speed;
      if (next < this.#options.now()) this.goTo(next);
      else this.back();
    }, PLAY_INTERVAL_MS);
  }

  pause(): void {
    clearInterval(this.#playTimer);
    this.#playTimer = undefined;
    if (this.#view.speed !== null) this.#change({ speed: null });
  }

  /** Back to now, or to the end of a recording. */
  back(): void {
    this.pause();
    if (this.#options.recorded) this.goTo(this.#options.now());
    else {
      this.#leave(null);
      this.#write(true);
    }
  }

  /** Forgets that the address names a moment that can't be shown. */
  dismiss(): void {
    this.#change({ refused: null });
    this.#write(false);
  }

  stop(): void {
    this.pause();
    this.#forget();
    clearTimeout(this.#writeTimer);
    this.#writeTimer = undefined;
  }

  #want(moment: number, delay: number): void {
    this.#change({ wanted: moment, refused: null });
    if (delay === 0 || this.#view.shown === null) void this.#ask();
    else this.#askTimer ??= setTimeout(() => void this.#ask(), delay);
  }

  async #ask(): Promise<void> {
    this.#forget();
    const { wanted } = this.#view;
    if (wanted === null) return;
    const asked = new AbortController();
    this.#asked = asked;
    try {
      const shown = await this.#options.read(formatMoment(wanted), asked.signal);
      if (!asked.signal.aborted) this.#change({ shown, fault: null });
    } catch (error) {
      if (!asked.signal.aborted) this.#change({ fault: error instanceof Error ? error.message : String(error) });
    }
    if (this.#asked === asked) this.#asked = null;
  }

  #leave(refused: RefusedMoment | null): void {
    this.#forget();
    this.#change({ ...NOW, refused });
  }

  /** Drops what was asked for and is no longer wanted. */
  #forget(): void {
    clearTimeout(this.#askTimer);
    this.#askTimer = undefined;
    this.#asked?.abort();
    this.#asked = null;
  }

  #write(push: boolean): void {
    clearTimeout(this.#writeTimer);
    this.#writeTimer = undefined;
    const { wanted } = this.#view;
    const address = wanted === null ? null : formatMoment(wanted);
    if (address === this.#address && this.#view.refused === null) return;
    this.#address = address;
    this.#options.write(address, push);
  }

  #change(part: Partial<PastView>): void {
    this.#view = { ...this.#view, ...part };
    for (const listener of this.#listeners) listener();
  }
}
