/** The list of permission requests, within its bounds: those that are held, and for a few seconds those that ended. */
import { randomBytes } from 'node:crypto';
import type { HeldPermission, Resolution } from './held-permission';

/**
 * For how long the request of a main agent is held. A little less than the 600 s that `hooks install` registers, so that
 * this side lets go first and can say so.
 */
export const HOLD_TIMEOUT_MS = 590_000;
/** Nobody can see the prompt of a subagent or teammate meanwhile. */
export const SUBAGENT_HOLD_TIMEOUT_MS = 45_000;
export const MAX_HELD = 200;
/** Of the inputs of all that are listed, in UTF-16 units of JSON: two of the largest bodies. */
export const MAX_HELD_LENGTH = 4_000_000;
/** For how long one that ended stays in the list. */
export const ENDED_SHOWN_MS = 6000;
const MAX_ENDED = 50;
/** Of earlier requests whose end is remembered, for answers that come too late. */
const MAX_REMEMBERED = 1000;

type Given = Pick<HeldPermission, 'asked' | 'asker' | 'length' | 'connection' | 'release' | 'resolved'>;

export class HeldList {
  /** The oldest first. */
  readonly #entries = new Map<string, HeldPermission>();
  readonly #remembered = new Map<string, Resolution>();
  #length = 0;

  /** All, the oldest first. */
  get all(): HeldPermission[] {
    return [...this.#entries.values()];
  }

  /** Those that did not end yet. */
  get held(): HeldPermission[] {
    return this.all.filter(({ resolved }) => resolved === null);
  }

  get(id: string): HeldPermission | undefined {
    return this.#entries.get(id);
  }

  /** @returns how a request ended, also for a while after it left the list */
  endOf(id: string): Resolution | null {
    return this.#entries.get(id)?.resolved ?? this.#remembered.get(id) ?? null;
  }

  /**
   * @param length of a further request; null if it can't be encoded
   * @returns a sentence: why it can't be held; null if it can
   */
  whyTooMuch(length: number | null): string | null {
    if (length === null) return 'Its input is nested too deeply to be shown.';
    if (length > MAX_HELD_LENGTH) return 'Its input is too long to be shown.';
    for (const one of this.all) {
      if (this.#length + length <= MAX_HELD_LENGTH) break;
      if (one.resolved !== null) this.#remove(one);
    }
    if (this.#length + length > MAX_HELD_LENGTH) return 'The inputs of the requests that are held have 4 MB already.';
    return this.held.length >= MAX_HELD ? `${MAX_HELD} requests are held already.` : null;
  }

  add(given: Given): HeldPermission {
    const since = Date.now();
    const expiresAt = since + (given.asker === 'subagent' ? SUBAGENT_HOLD_TIMEOUT_MS : HOLD_TIMEOUT_MS);
    const id = `p-${randomBytes(9).toString('base64url')}`;
    const one = { ...given, id, since, expiresAt, waited: false, known: false, unexplained: false };
    this.#entries.set(id, one);
    this.#length += one.length;
    if (one.resolved) this.end(one, one.resolved);
    return one;
  }

  /** Notes how a request ended, or what is known of that now. */
  end(one: HeldPermission, resolved: Resolution): void {
    one.resolved = resolved;
    this.#remembered.set(one.id, resolved);
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= MAX_REMEMBERED) break;
      this.#remembered.delete(oldest);
    }
  }

  /** Removes those that ended long enough ago, and the oldest of too many. */
  removeEnded(now: number): void {
    const ended = this.all.filter(({ resolved }) => resolved !== null);
    const surplus = ended.length - MAX_ENDED;
    for (const [place, one] of ended.entries()) {
      if (place < surplus || now - (one.resolved?.at ?? 0) >= ENDED_SHOWN_MS) this.#remove(one);
    }
  }

  /** When the next request expires or leaves the list, milliseconds since 1970; null if there is none. */
  get nextAt(): number | null {
    if (this.#entries.size === 0) return null;
    const due = this.all.map(({ resolved, expiresAt }) => (resolved ? resolved.at + ENDED_SHOWN_MS : expiresAt));
    return Math.min(...due);
  }

  #remove(one: HeldPermission): void {
    if (this.#entries.delete(one.id)) this.#length -= one.length;
  }
}
