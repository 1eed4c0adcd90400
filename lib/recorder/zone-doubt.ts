/**
 * Checks the zone in which the log's naive times are read: compares the times of live lines with the instants at which
 * they arrived. Times with an offset say nothing about the zone and are ignored.
 */

import { tzOffset } from '@date-fns/tz';
import { isNaive } from '../contract/instant';
import { readInstant } from '../sources/claudeswarm/naive-time';
import { MESSAGES_IN_A_ROW, type ZoneMismatch } from '../sources/claudeswarm/zone-mismatch';

const MINUTE = 60_000;
const SECOND = 1000;
/** Offsets of zones are multiples of it. */
const STEP_MS = 15 * MINUTE;
/** The largest difference from a multiple of `STEP_MS`. */
const TOLERANCE_MS = 2 * MINUTE;
/** Late lines are usual, so a smaller delay says nothing about the zone. */
const MIN_BEHIND_MS = 60 * MINUTE;
/** The largest spread between the differences of lines that were written live. */
const MAX_SPREAD_MS = 5 * SECOND;
/** Old lines that are appended at once arrive together, so times behind count only after this many arrivals. */
const MIN_ARRIVALS = 3;
const MIN_OFFSET_MS = -12 * 60 * MINUTE;
const MAX_OFFSET_MS = 14 * 60 * MINUTE;

/** Preferred examples of an offset; the other zones follow in the order of their names. */
const WELL_KNOWN = [
  ...['UTC', 'Europe/London', 'Europe/Berlin', 'Europe/Athens', 'America/New_York', 'America/Chicago'],
  ...['America/Denver', 'America/Los_Angeles', 'America/Sao_Paulo', 'Asia/Kolkata', 'Asia/Shanghai', 'Asia/Tokyo'],
  ...['Asia/Dubai', 'Australia/Sydney', 'Pacific/Auckland'],
];

/** A time without an offset and when its line arrived. */
interface Arrival {
  /** The written wall-clock time minus that of the arrival in the zone in use, milliseconds. */
  difference: number;
  /** The writer's offset from UTC, milliseconds. */
  offset: number;
  arrivedAt: number;
}

/** Judges live lines one after another. */
export class ZoneDoubt {
  /** Null while the zone is not in doubt. */
  mismatch: ZoneMismatch | null = null;
  readonly #zone: string;
  #mismatches: Arrival[] = [];
  #fits = 0;

  /** @param zone the IANA zone in which naive times are read */
  constructor(zone: string) {
    this.#zone = zone;
  }

  /**
   * Takes one message that was read as it was appended.
   *
   * @param timestamp as the line has it; no time, and times with `Z` or an offset, change nothing
   * @param arrivedAt when the line was read, milliseconds since 1970
   */
  note(timestamp: unknown, arrivedAt: number): void {
    const wallClock = isNaive(timestamp) ? readInstant(timestamp, 'UTC') : null;
    if (wallClock === null) return;
    const offset = wallClock.milliseconds - arrivedAt;
    const difference = offset - tzOffset(this.#zone, new Date(arrivedAt)) * MINUTE;
    const read = readInstant(timestamp, this.#zone)?.milliseconds ?? wallClock.milliseconds;
    // In an hour that the clocks repeat, either reading may be right.
    if (stepsOf(difference) === 0 || stepsOf(read - arrivedAt) === 0) this.#fit();
    else this.#misfit({ difference, offset, arrivedAt });
  }

  #fit(): void {
    this.#mismatches = [];
    this.#fits += 1;
    if (this.#fits >= MESSAGES_IN_A_ROW) this.mismatch = null;
  }

  #misfit(arrival: Arrival): void {
    this.#fits = 0;
    const { difference, offset } = arrival;
    const steps = stepsOf(difference);
    const plausible =
      Math.abs(difference - steps * STEP_MS) <= TOLERANCE_MS &&
      (steps > 0 || steps * STEP_MS <= -MIN_BEHIND_MS) &&
      stepsOf(offset) * STEP_MS >= MIN_OFFSET_MS &&
      stepsOf(offset) * STEP_MS <= MAX_OFFSET_MS;
    if (!plausible) {
      this.#mismatches = [];
      return;
    }
    const alike = this.#mismatches.filter((other) => Math.abs(other.difference - difference) <= MAX_SPREAD_MS);
    const inRow = alike.length === this.#mismatches.length ? alike : [];
    this.#mismatches = [...inRow, arrival];
    if (this.#mismatches.length < MESSAGES_IN_A_ROW) return;
    const arrivals = new Set(this.#mismatches.map(({ arrivedAt }) => arrivedAt));
    if (steps > 0 || arrivals.size >= MIN_ARRIVALS) this.mismatch = this.#describe(arrival, steps);
    // Keeps as many as one write may contain, and those of the arrivals after it.
    this.#mismatches = this.#mismatches.slice(-(MESSAGES_IN_A_ROW * MIN_ARRIVALS));
  }

  #describe({ offset, arrivedAt }: Arrival, steps: number): ZoneMismatch {
    const suggested = suggestionOf(stepsOf(offset) * STEP_MS, arrivedAt);
    const minutes = Math.abs(steps * STEP_MS) / MINUTE;
    const much = minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
    const where = `${much} ${steps > 0 ? 'ahead of' : 'behind'} the instants at which their lines arrived`;
    const reason =
      `The times of the newest messages are ${where}. The log is read in the zone ${this.#zone}, but ${suggested} ` +
      'would fit: set SWARM_TZ to the zone of the agents and restart the dashboard.';
    return this.mismatch?.reason === reason ? this.mismatch : { reason, suggested };
  }
}

/** @returns how many quarters of an hour it is, rounded */
function stepsOf(milliseconds: number): number {
  return Math.round(milliseconds / STEP_MS);
}

function suggestionOf(offset: number, at: number): string {
  const [hours, minutes] = [Math.trunc(Math.abs(offset) / (60 * MINUTE)), (Math.abs(offset) / MINUTE) % 60];
  const amount = offset === 0 ? '' : `${hours}${minutes === 0 ? '' : `:${minutes}`}`;
  const written = `UTC${offset === 0 ? '' : offset < 0 ? '-' : '+'}${amount}`;
  const names = [...WELL_KNOWN, ...Intl.supportedValuesOf('timeZone')];
  const example = names.find((name) => tzOffset(name, new Date(at)) * MINUTE === offset);
  if (example === undefined || example === written) return written;
  return `${written} (for example ${example})`;
}
