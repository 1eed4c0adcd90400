/**
 * Determines the zone in which naive times are read, and its origin. JavaScript reads the variable TZ in its own way:
 * it takes POSIX rules and files for UTC, and gives names that it does not accept itself. The agents' tools follow the
 * system's C library, so its offsets decide.
 */
import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { tzOffset } from '@date-fns/tz';

export interface ResolvedZone {
  /** IANA name, or `UTC+05:37` if no zone has the system's offset; `readInstant` takes both. */
  zone: string;
  /** `setting`: SWARM_TZ; `TZ`: that variable of the server; `system`: the server's own setting. */
  origin: 'setting' | 'TZ' | 'system';
  /** What is doubtful about it, and what to do: one or two sentences; null if nothing is. */
  notice: string | null;
}

interface ZoneQuestion {
  /** The value of SWARM_TZ, checked before; null if it is not set. */
  configured: string | null;
  /** The variable TZ; undefined if it is not set. */
  tz: string | undefined;
  /** What JavaScript takes for the server's zone. */
  named: string | undefined;
  /** Milliseconds since 1970. */
  now: number;
  /** The system's offsets at instants (milliseconds since 1970), in minutes east of UTC. */
  offsetsAt: (instants: readonly number[]) => number[];
}

const WEEK_MS = 7 * 86_400_000;
/** Half a year back and half a year ahead, a range that contains both clock changes. */
const WEEKS = 27;
const DATE_TIMEOUT_MS = 2000;
const FIXED = /^UTC([+-])(\d\d):(\d\d)$/;
const ZONE_FILES = /^.*\/zoneinfo\/(?:posix\/|right\/)?/;

/**
 * Finds the zone of naive times. Never throws.
 *
 * @param configured the setting SWARM_TZ, null if it is not set
 */
export function resolveZone(configured: string | null): ResolvedZone {
  return decideZone({
    configured,
    // biome-ignore lint/style/noProcessEnv: a variable of the system and no setting of the dashboard
    tz: process.env.TZ,
    named: namedZone(),
    now: Date.now(),
    offsetsAt: systemOffsets,
  });
}

/** @returns the zone that fits the system's offsets, and a notice about it */
export function decideZone({ configured, tz, named, now, offsetsAt }: ZoneQuestion): ResolvedZone {
  if (configured !== null) return { zone: configured, origin: 'setting', notice: null };
  const origin = tz === undefined ? 'system' : 'TZ';
  const instants = Array.from({ length: 2 * WEEKS + 1 }, (_, week) => now + (week - WEEKS) * WEEK_MS);
  const offsets = offsetsAt(instants);
  const fits = (zone: string) => instants.every((at, index) => offsetOf(zone, at) === offsets[index]);
  const written = writtenZone(tz);
  for (const zone of [named, written]) if (zone && isZone(zone) && fits(zone)) return { zone, origin, notice: null };

  const present = offsets[WEEKS] as number;
  const zone = [...commonZones(), ...Intl.supportedValuesOf('timeZone')].find(
    (candidate) => offsetOf(candidate, now) === present && fits(candidate),
  );
  const what = tz === undefined ? "The server's zone" : `The server's zone (TZ=${JSON.stringify(tz)})`;
  const taken = zone ?? formatFixed(present);
  const allYear = zone !== undefined || offsets.every((offset) => offset === present);
  const sure = allYear ? 'which fits all year' : 'the offset of this moment, which changes with the season';
  const notice =
    `${what} names no zone that fits this system's clock; times without an offset are read in ${taken}, ${sure}. ` +
    'Set SWARM_TZ to the zone of the agents, such as Europe/Berlin.';
  return { zone: taken, origin, notice };
}

/** @returns minutes east of UTC for `UTC+05:37`; null for every other name */
export function fixedOffset(zone: string): number | null {
  const [, sign, hours, minutes] = FIXED.exec(zone) ?? [];
  if (sign === undefined) return null;
  const offset = Number(hours) * 60 + Number(minutes);
  return sign === '-' ? -offset : offset;
}

function formatFixed(offset: number): string {
  const two = (number: number) => String(Math.trunc(number)).padStart(2, '0');
  const size = Math.abs(offset);
  return `UTC${offset < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}`;
}

/** Zone names, the well-known ones of those with equal offsets first. */
function commonZones(): string[] {
  // POSIX counts west of Greenwich as positive: Etc/GMT-2 is two hours ahead of UTC.
  const east = Array.from({ length: 14 }, (_, index) => `Etc/GMT-${index + 1}`);
  const west = Array.from({ length: 12 }, (_, index) => `Etc/GMT+${index + 1}`);
  return ['UTC', 'Europe/Berlin', 'Europe/London', 'America/New_York', 'America/Los_Angeles', ...east, ...west];
}

function namedZone(): string | undefined {
  try {
    return new Intl.DateTimeFormat().resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** The zone that TZ, or the link at /etc/localtime where TZ is not set, names by a file. */
function writtenZone(tz: string | undefined): string | null {
  // POSIX: empty is UTC.
  if (tz === '' || tz === ':') return 'UTC';
  try {
    return (tz === undefined ? readlinkSync('/etc/localtime') : tz.replace(/^:/, '')).replace(ZONE_FILES, '');
  } catch {
    return null;
  }
}

function isZone(zone: string): boolean {
  if (/^[+-]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

function offsetOf(zone: string, at: number): number {
  return tzOffset(zone, new Date(at));
}

/** The offsets of the C library, by the program `date`; those of JavaScript without it. */
function systemOffsets(instants: readonly number[]): number[] {
  const seconds = instants.map((at) => `@${Math.floor(at / 1000)}\n`).join('');
  try {
    const options = { input: seconds, timeout: DATE_TIMEOUT_MS, encoding: 'utf8', stdio: 'pipe' } as const;
    const lines = execFileSync('date', ['-f', '-', '+%z'], options).trim().split('\n');
    const offsets = lines.map((line) => {
      const [, sign, hours, minutes] = /^([+-])(\d\d)(\d\d)$/.exec(line) ?? [];
      const offset = Number(hours) * 60 + Number(minutes);
      return sign === '-' ? -offset : offset;
    });
    if (offsets.length === instants.length && offsets.every(Number.isInteger)) return offsets;
  } catch {
    // Another kind of `date`, or none.
  }
  return instants.map((at) => -new Date(at).getTimezoneOffset());
}
