/**
 * Adds and removes entries of `PENDING_ACKS.json` as the swarm's tool does (swarm-files.md §6): the whole file is
 * replaced under its next version. The tool takes no lock and does not check and replace in one step; what it writes at
 * the same time is never lost here, but it may undo a change of this program.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isObject } from '../../platform/json-shape';
import { readIfChanged } from '../../platform/read-file';
import { readName } from './message-fields';
import { PENDING_ACKS_FILE } from './pending-acks';
import {
  type AcksText,
  newAcksText,
  nextVersion,
  readAcksText,
  rebased,
  withEntries,
  withoutEntries,
} from './pending-acks-text';
import { replaceFile } from './replace-file';

/** Reading and writing take about 20 ms for a megabyte, in one go; a thousand messages fit. */
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_TRIES = 50;
const MAX_PAUSE_MS = 20;

/** One entry as the file has it; times are local, without an offset, in the zone of the agents. */
export interface NewPendingAck {
  msg_id: string;
  sender_id: string;
  recipient_id: string;
  /** The message as the tool keeps it, to send it again. */
  message: object;
  sent_at: string;
  retry_count: number;
  next_retry_at: string;
}

/** Which entry, and in which version of the file somebody saw it. */
export interface SeenAck {
  msgId: string;
  recipient: string | null;
  /** Null where the file has no version. */
  version: number | null;
}

/** The file can't be changed; the message is a sentence that says why and what to do. */
export class AcksUnwritable extends Error {
  override readonly name = 'AcksUnwritable';
}

type Removed =
  | { outcome: 'removed'; version: number; count: number }
  /** The file has another version, or changed at this moment; null if it has none or is gone. */
  | { outcome: 'changed'; version: number | null }
  | { outcome: 'absent'; version: number | null };

/**
 * Removes the entry of one message and recipient, if the file still has the version in which it was seen.
 *
 * @param folder absolute
 * @returns `count` entries were removed: more than one if the file lists the same message and recipient twice
 * @throws {AcksUnwritable} if the file can't be read or replaced, or is not as the tool writes it
 */
export async function removePendingAck(folder: string, { msgId, recipient, version }: SeenAck): Promise<Removed> {
  return changing<Removed>(folder, (path) => {
    const found = readFileIn(path);
    if (found === null) return { outcome: 'changed', version: null };
    const { bytes, acks } = found;
    if (acks.version !== version) return { outcome: 'changed', version: acks.version };
    const dropped = acks.entries.flatMap(({ value }, index) => (isFor(value, msgId, recipient) ? [index] : []));
    if (dropped.length === 0) return { outcome: 'absent', version };
    const next = withoutEntries(acks, new Set(dropped));
    if (replaceFile(path, bytes, next, rebased)) {
      return { outcome: 'removed', version: nextVersion(version), count: dropped.length };
    }
    return { outcome: 'changed', version: readFileIn(path)?.acks.version ?? null };
  });
}

/**
 * Adds entries in one step, and creates the file if there is none. Reads it again when somebody else has replaced it.
 *
 * @param folder absolute
 * @returns the version of the file that lists them
 * @throws {AcksUnwritable} as `removePendingAck`, and if others replaced the file all the time
 */
export async function addPendingAcks(folder: string, entries: readonly NewPendingAck[]): Promise<number> {
  return changing(folder, async (path) => {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const found = readFileIn(path);
      const next = found ? withEntries(found.acks, entries) : newAcksText(entries);
      if (replaceFile(path, found?.bytes ?? null, next, rebased)) return nextVersion(found?.acks.version ?? null);
      await delay(Math.random() * MAX_PAUSE_MS);
    }
    throw new AcksUnwritable(`${path} was replaced by other programs all the time; try again in a moment.`);
  });
}

function isFor(entry: unknown, msgId: string, recipient: string | null): boolean {
  return isObject(entry) && readName(entry.msg_id) === msgId && readName(entry.recipient_id) === recipient;
}

async function changing<Result>(folder: string, change: (path: string) => Result | Promise<Result>): Promise<Result> {
  const path = join(folder, PENDING_ACKS_FILE);
  try {
    return await change(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof AcksUnwritable || code === undefined) throw error;
    throw new AcksUnwritable(`${path} could not be changed (${code}); check its permissions and the disk.`);
  }
}

/** @returns null if there is no such file */
function readFileIn(path: string): { bytes: Buffer; acks: AcksText } | null {
  const bytes = readBounded(path);
  if (bytes === null) return null;
  const acks = readAcksText(bytes);
  if ('error' in acks) {
    throw new AcksUnwritable(`${path} was left as it is: ${acks.error}. Repair it, or remove it while no agent runs.`);
  }
  return { bytes, acks };
}

function readBounded(path: string): Buffer | null {
  const reading = readIfChanged(path, { limitBytes: MAX_BYTES, known: null, followLinks: true, now: Date.now() });
  if (reading.kind === 'read') return reading.bytes;
  if (reading.kind === 'missing') return null;
  if (reading.kind === 'irregular') throw new AcksUnwritable(`${path} was left as it is: it is ${reading.what}.`);
  const reason = reading.kind === 'unreadable' ? reading.reason : 'it was not read';
  throw new AcksUnwritable(`${path} was left as it is: it can't be read: ${reason}.`);
}
