/** Requests the visible part of the time: only one request at once, and no range twice. */

import type { TimelineAnswer } from '@/lib/contract/past-schemas';
import type { TimeSpan } from '@/lib/contract/time-span';

/** The part of the view that is requested in addition on each side, so that a small move shows no empty edge. */
const BESIDE = 0.5;
/** The least time between two requests while the view moves, in milliseconds. */
const PAUSE = 150;
/** The least time between two requests while the present is in view and changes, in milliseconds. */
const LIVE_PAUSE = 3000;
const RETRY_PAUSE = 5000;
/** A view that is closer than the requested range by this factor needs finer steps. */
const CLOSER = 0.4;

export interface Loaded {
  answer: TimelineAnswer;
  /** `seq` of the newest message known at the request. */
  head: number;
}

interface Options {
  read: (span: TimeSpan, signal: AbortSignal) => Promise<TimelineAnswer>;
  now: () => number;
  /** `seq` of the newest known message. */
  head: () => number;
  onLoaded: (loaded: Loaded) => void;
  /** Why a request failed, as a sentence; null once a request has succeeded. */
  onError: (error: string | null) => void;
  /** Whether the view waits for an answer; false while only changes of the swarm are read again. */
  onWaiting: (waiting: boolean) => void;
}

/** Keeps the drawn data in step with the view. */
export class TimelineLoader {
  readonly #options: Options;
  /** The range of the last answer, or of the running request. */
  #asked: { span: TimeSpan; length: number } | null = null;
  #wanted: { span: TimeSpan; follows: boolean } | null = null;
  #changed = false;
  #lastAsked = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Number.POSITIVE_INFINITY;
  /** No request is made before this time after a failure. */
  #notBefore = Number.NEGATIVE_INFINITY;
  #running: AbortController | null = null;
  #waiting = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Reports the view; may be called at every frame. */
  want(span: TimeSpan, follows: boolean): void {
    this.#wanted = { span, follows };
    if (this.#fits()) {
      if (this.#running === null) this.#report(false);
      return;
    }
    this.#report(true);
    this.#plan(PAUSE);
  }

  /** Reports a change of the swarm that the stream announces without details. */
  changed(): void {
    this.#changed = true;
    if (this.#wanted?.follows) this.#plan(LIVE_PAUSE);
  }

  /** Aborts the running request. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#due = Number.POSITIVE_INFINITY;
    this.#running?.abort();
    this.#running = null;
    this.#asked = null;
  }

  #report(waiting: boolean): void {
    if (waiting === this.#waiting) return;
    this.#waiting = waiting;
    this.#options.onWaiting(waiting);
  }

  #fits(): boolean {
    if (this.#asked === null || this.#wanted === null) return false;
    const { span, length } = this.#asked;
    const { span: view, follows } = this.#wanted;
    const viewed = view.until - view.since;
    if (viewed < length * CLOSER) return false;
    return span.since <= view.since && (follows || view.until <= span.until);
  }

  #plan(pause: number): void {
    const due = Math.max(this.#lastAsked + pause, this.#notBefore);
    if (due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => void this.#ask(), Math.max(0, due - performance.now()));
  }

  async #ask(): Promise<void> {
    this.#due = Number.POSITIVE_INFINITY;
    if (this.#wanted === null) return;
    const { span, follows } = this.#wanted;
    if (this.#fits() && !(this.#changed && follows)) return;
    const length = span.until - span.since;
    const { now, head, read, onLoaded, onError } = this.#options;
    const asked = { since: span.since - length * BESIDE, until: Math.min(span.until + length * BESIDE, now()) };
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.#asked = { span: asked, length };
    this.#changed = false;
    this.#lastAsked = performance.now();
    const known = head();
    try {
      const answer = await read(asked, running.signal);
      if (running.signal.aborted) return;
      this.#running = null;
      onError(null);
      onLoaded({ answer, head: known });
      this.#report(!this.#fits());
      if (this.#wanted.follows && this.#changed) this.#plan(LIVE_PAUSE);
    } catch (error) {
      if (running.signal.aborted) return;
      this.#running = null;
      this.#asked = null;
      onError(error instanceof Error ? error.message : String(error));
      this.#report(false);
      this.#notBefore = performance.now() + RETRY_PAUSE;
      this.#plan(RETRY_PAUSE);
    }
  }
}
