/**
 * The viewers who may answer permission requests and watch the page now. The stream carries no key with which somebody
 * could act, so each page says by a command that it is there, and repeats that.
 */

/** For how long a viewer counts after the last time it said so. Pages repeat it every 20 s. */
export const PRESENCE_TIMEOUT_MS = 45_000;
export const MAX_VIEWERS = 1000;

export class Viewers {
  /** Until when each one counts, milliseconds since 1970; the one heard longest ago is first. */
  readonly #until = new Map<string, number>();
  readonly #onNobody: () => void;
  #timer: NodeJS.Timeout | null = null;

  /** @param onNobody called when the last viewer has left or was not heard any more */
  constructor(onNobody: () => void) {
    this.#onNobody = onNobody;
  }

  /** Whether anybody is there. */
  get present(): boolean {
    this.#forget(Date.now());
    return this.#until.size > 0;
  }

  /**
   * Notes that a viewer is there, or has left.
   *
   * @returns until when it counts, milliseconds since 1970; null if it has left
   */
  note(viewer: string, present: boolean): number | null {
    const until = Date.now() + PRESENCE_TIMEOUT_MS;
    const wasPresent = this.#until.delete(viewer);
    if (present) this.#until.set(viewer, until);
    for (const oldest of this.#until.keys()) {
      if (this.#until.size <= MAX_VIEWERS) break;
      this.#until.delete(oldest);
    }
    this.#arm();
    if (wasPresent && this.#until.size === 0) this.#onNobody();
    return present ? until : null;
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#until.clear();
  }

  #forget(now: number): void {
    for (const [viewer, until] of this.#until) if (until <= now) this.#until.delete(viewer);
  }

  #arm(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const last = Math.max(...this.#until.values());
    if (this.#until.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#forget(Date.now());
      if (this.#until.size === 0) this.#onNobody();
      else this.#arm();
    }, last - Date.now()).unref();
  }
}
