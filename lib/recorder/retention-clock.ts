/**
 * The clock that gives the age of messages. It follows monotonic time, and the time between two recorders, but never a
 * jump of the system's clock: a clock that is wrong for a moment must not delete messages.
 */
import { DAY_MS } from '../history/time-units';

/** After a jump nothing is deleted by age for this time. */
const HOLD_MS = 3_600_000;

export interface ClockJump {
  /** Milliseconds, negative for a jump back. */
  by: number;
  /** When deleting by age starts again, by the system's clock after the jump: milliseconds since 1970. */
  holdUntil: number;
}

export class RetentionClock {
  readonly #monotonic: () => number;
  /** How far the system's clock is ahead of the retention clock, in milliseconds. */
  #skew: number;
  #wall: number;
  #ticks: number;
  #newest: number;
  #jump: ClockJump | null = null;
  #heldUntilTicks = 0;
  /** Milliseconds. A jump while no recorder lived may be true; it counts if it is still there after an hour. */
  #unsure = 0;
  #believes = false;

  /**
   * @param seen when a recorder was last seen alive, by the system's clock and by this one; null if none ever was
   * @param now by the system's clock; all are milliseconds since 1970
   * @param monotonic milliseconds since any instant
   */
  constructor(seen: { wall: number; retention: number } | null, now: number, monotonic: () => number) {
    this.#monotonic = monotonic;
    this.#ticks = monotonic();
    this.#wall = now;
    this.#skew = seen === null ? 0 : seen.wall - seen.retention;
    this.#newest = seen?.retention ?? now;
    const away = seen === null ? 0 : now - seen.wall;
    if (Math.abs(away) > DAY_MS) {
      this.#note(away);
      this.#unsure = Math.max(0, away);
    }
    this.read(now);
  }

  /** The last jump of more than a day, while nothing is deleted because of it. */
  get jump(): ClockJump | null {
    return this.#jump;
  }

  /**
   * Whether this process counts a jump that happened while no recorder lived: messages deleted because of it may be
   * younger.
   */
  get believes(): boolean {
    return this.#believes;
  }

  /** Notes that the messages deleted because of such a jump were restored. */
  forgetBelief(): void {
    this.#believes = false;
  }

  /**
   * @param now by the system's clock, milliseconds since 1970
   * @returns the instant by this clock, never less than the last one
   */
  read(now: number): number {
    const ticks = this.#monotonic();
    const drift = now - this.#wall - (ticks - this.#ticks);
    this.#wall = now;
    this.#ticks = ticks;
    if (Math.abs(drift) > DAY_MS) {
      this.#unsure = 0;
      this.#note(drift);
    } else if (this.#jump !== null && ticks >= this.#heldUntilTicks) {
      this.#jump = null;
      this.#believes ||= this.#unsure > 0;
      this.#skew -= this.#unsure;
      this.#unsure = 0;
    }
    this.#newest = Math.max(this.#newest, now - this.#skew);
    return this.#newest;
  }

  #note(by: number): void {
    this.#skew += by;
    this.#heldUntilTicks = this.#ticks + HOLD_MS;
    this.#jump = { by, holdUntil: this.#wall + HOLD_MS };
  }
}
