/** Asks for the part of the time that is in view: no more than one question at a time, and none twice. */

import type { TimelineAnswer } from '@/lib/contract/past-schemas';
import type { TimeSpan } from '@/lib/contract/time-span';

/** So much more than the view is asked for on each side, so that a small move shows no empty edge. */
const BESIDE = 0.5;
/** While the view moves, it is asked for this often at most, in milliseconds. */
const PAUSE = 150;
/** While the newest is in view and changes, in milliseconds. */
const LIVE_PAUSE = 3000;
const RETRY_PAUSE = 5000;
/** A view so much closer than what was asked for wants finer steps. */
const CLOSER = 0.4;

export interface Loaded {
  answer: TimelineAnswer;
  /** `seq` of the newest message that was known when it was asked for. */
  head: number;
}

interface Options {
  read: (span: TimeSpan, signal: AbortSignal) => Promise<TimelineAnswer>;
  now: () => number;
  /** `seq` of the newest message known. */
  head: () => number;
  onLoaded: (loaded: Loaded) => void;
  /** A sentence, null once it works again. */
  onError: (error: string | null) => void;
}

/** Keeps what is drawn in step with what is in view. */
export class TimelineLoader {
  readonly #options: Options;
  /** What the newest answer, or the question on its way, is about. */
  #asked: { span: TimeSpan; length: number } | null = null;
  #wanted: { span: TimeSpan; follows: boolean } | null = null;
  #changed = false;
  #lastAsked = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Number.POSITIVE_INFINITY;
  /** After a failure there is no question before this. */
  #notBefore = Number.NEGATIVE_INFINITY;
  #running: AbortController | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Says what is in view; may be called for each picture. */
  want(span: TimeSpan, follows: boolean): void {
    this.#wanted = { span, follows };
    if (!this.#fits()) this.#plan(PAUSE);
  }

  /** Says that something in the swarm has changed of which the stream brings no more than that. */
  changed(): void {
    this.#changed = true;
    if (this.#wanted?.follows) this.#plan(LIVE_PAUSE);
  }

  /** Ends what is on its way. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#due = Number.POSITIVE_INFINITY;
    this.#running?.abort();
    this.#running = null;
    this.#asked = null;
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
      if (this.#wanted.follows && this.#changed) this.#plan(LIVE_PAUSE);
    } catch (error) {
      if (running.signal.aborted) return;
      this.#running = null;
      this.#asked = null;
      onError(error instanceof Error ? error.message : String(error));
      this.#notBefore = performance.now() + RETRY_PAUSE;
      this.#plan(RETRY_PAUSE);
    }
  }
}
