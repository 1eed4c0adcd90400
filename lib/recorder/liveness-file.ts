/**
 * A small file beside the database that says how far the history was when a recorder was last alive. A database restored
 * from a copy is behind its mark; and the time since the last mark is a time when nobody looked.
 */
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { isWhole, shape } from '../platform/json-shape';

export interface Liveness {
  head: number;
  /** Milliseconds since 1970. */
  alive_at: number;
  /** One instant by the system's clock and by the one of the retention; a mark of an earlier version has neither. */
  wall?: number;
  retention?: number;
}

const isOptional = (value: unknown) => value === undefined || isWhole(value);
const isLiveness = shape<Liveness>({ head: isWhole, alive_at: isWhole, wall: isOptional, retention: isOptional });

/** @returns null if there is none or it can't be read. */
export function readLiveness(file: string): Liveness | null {
  try {
    const liveness: unknown = JSON.parse(readFileSync(livenessFile(file), 'utf8'));
    return isLiveness(liveness) ? liveness : null;
  } catch {
    return null;
  }
}

/** Written over the last one and of its length, so that a kill leaves one or the other: a file a second is not free. */
const LENGTH = 120;
const IN_PLACE = constants.O_WRONLY | constants.O_CREAT;

/** Writes the mark; a failure is ignored, since the database itself will say what is wrong with the disk. */
export function writeLiveness(file: string, value: Liveness): void {
  try {
    const descriptor = openSync(livenessFile(file), IN_PLACE, 0o600);
    try {
      writeSync(descriptor, JSON.stringify(value).padEnd(LENGTH));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // see above
  }
}

function livenessFile(file: string): string {
  return `${file}.mark`;
}
