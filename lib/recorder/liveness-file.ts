/**
 * The liveness file beside the database: the newest `seq` of the history when a recorder was last alive. A database
 * restored from a copy is behind it, and the time since it was written is a time that is not recorded.
 */
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { isWhole, shape } from '../platform/json-shape';

export interface Liveness {
  head: number;
  /** Milliseconds since 1970. */
  alive_at: number;
  /** One instant by the system's clock and by the retention clock; a file of an earlier version has neither. */
  wall?: number;
  retention?: number;
}

const isOptional = (value: unknown) => value === undefined || isWhole(value);
const isLiveness = shape<Liveness>({ head: isWhole, alive_at: isWhole, wall: isOptional, retention: isOptional });

/** @returns null if there is no liveness file or it can't be read */
export function readLiveness(file: string): Liveness | null {
  try {
    const liveness: unknown = JSON.parse(readFileSync(livenessFile(file), 'utf8'));
    return isLiveness(liveness) ? liveness : null;
  } catch {
    return null;
  }
}

/**
 * Each write replaces the last one in place and has its length, so that a kill leaves one or the other. A new file each
 * second would cost more.
 */
const LENGTH = 120;
const IN_PLACE = constants.O_WRONLY | constants.O_CREAT;

/** Writes the liveness file. A failure is ignored, since the database reports what is wrong with the disk. */
export function writeLiveness(file: string, value: Liveness): void {
  try {
    const descriptor = openSync(livenessFile(file), IN_PLACE, 0o600);
    try {
      writeSync(descriptor, JSON.stringify(value).padEnd(LENGTH));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // See above.
  }
}

function livenessFile(file: string): string {
  return `${file}.mark`;
}
