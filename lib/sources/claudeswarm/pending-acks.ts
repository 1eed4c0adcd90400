/**
 * The acknowledgements that the swarm's tool still waits for, `PENDING_ACKS.json`: read as a whole; the last good
 * list is kept while the file can't be read. The tool writes it in the folder where it runs, usually the root.
 */
import type { Skipped } from '../../contract/schemas';
import { isObject } from '../../platform/json-shape';
import { countSkipped } from '../source-status';
import { BEYOND, parseObject, type SmallFileKind, SmallFileReader } from './json-file';
import { excerptOf, messageContent, readName } from './message-fields';
import { readInstant } from './naive-time';

export const PENDING_ACKS_FILE = 'PENDING_ACKS.json';

const MAX_ACKS = 1000;

/** One message whose recipient has not acknowledged it. */
export interface PendingAck {
  /** The id of the first message; its retries are logged under others. */
  msgId: string;
  sender: string | null;
  recipient: string | null;
  /** The beginning of its text; empty where the file has no message. */
  text: string;
  retryCount: number;
  /** Milliseconds since 1970; null where it is not a time. */
  sentAt: number | null;
  nextRetryAt: number | null;
  /** True for the remains of a send that failed before the message was sent: a temporary id, and no message. */
  orphan: boolean;
  /** The folder of the file that lists it, absolute; null for the swarm's root. */
  folder: string | null;
}

/** What one file lists. */
interface PendingAcksContent {
  acks: PendingAck[];
  /** The counter that each writer raises; null where the file has none. */
  version: number | null;
}

/**
 * Reads the bytes of the file, tolerantly: an entry without an id is skipped alone.
 *
 * @param zone IANA zone of its naive times; the process's own if absent
 * @returns the entries in the order of the file and what was skipped, or why there are none: `empty`, `invalid JSON`,
 *   `not an object` or `pending_acks is not a list`
 */
export function parsePendingAcks(
  bytes: Buffer,
  zone?: string,
): (PendingAcksContent & { skipped: Skipped[] }) | { error: string } {
  const read = parseObject(bytes);
  if ('error' in read) return read;
  const { pending_acks: entries = [], version } = read.object;
  if (!Array.isArray(entries)) return { error: 'pending_acks is not a list' };
  const acks: PendingAck[] = [];
  const skipped: [string, string][] = [];
  for (const [index, entry] of entries.entries()) {
    const ack = isObject(entry) ? readEntry(entry, zone) : null;
    if (!ack) skipped.push(['entry has no text as msg_id', `pending_acks[${index}]`]);
    else if (acks.length === MAX_ACKS) skipped.push([`${BEYOND} ${MAX_ACKS} entries`, `pending_acks[${index}]`]);
    else acks.push(ack);
  }
  return { acks, version: Number.isSafeInteger(version) ? (version as number) : null, skipped: countSkipped(skipped) };
}

function readEntry(entry: Record<string, unknown>, zone: string | undefined): PendingAck | null {
  const msgId = typeof entry.msg_id === 'string' ? readName(entry.msg_id) : null;
  if (msgId === null) return null;
  const message = isObject(entry.message) ? entry.message : {};
  const isEmpty = Object.keys(message).length === 0;
  return {
    msgId,
    sender: readName(entry.sender_id),
    recipient: readName(entry.recipient_id),
    text: isEmpty ? '' : excerptOf(messageContent(message).text),
    retryCount: typeof entry.retry_count === 'number' ? entry.retry_count : 0,
    sentAt: readInstant(entry.sent_at, zone)?.milliseconds ?? null,
    nextRetryAt: readInstant(entry.next_retry_at, zone)?.milliseconds ?? null,
    orphan: isEmpty && msgId.startsWith('temp-'),
    folder: null,
  };
}

/** Keeps the newest list that could be read. */
export class PendingAcksReader extends SmallFileReader<PendingAcksContent> {
  /**
   * @param root the swarm's root
   * @param zone IANA zone of naive times; the process's own if null
   * @param now the clock, milliseconds since 1970
   */
  constructor(root: string, zone: string | null, now?: () => number) {
    super(root, kindIn(zone ?? undefined), now);
  }

  /** The last entries that could be read; none before the first reading and once the file is gone. */
  get acks(): readonly PendingAck[] {
    return this.content?.acks ?? [];
  }

  /** The version of the file when it was last readable; null before the first reading, and where it has none. */
  get version(): number | null {
    return this.content?.version ?? null;
  }
}

function kindIn(zone: string | undefined): SmallFileKind<PendingAcksContent> {
  return {
    name: PENDING_ACKS_FILE,
    parse: (bytes) => {
      const parsed = parsePendingAcks(bytes, zone);
      if ('error' in parsed) return parsed;
      const { skipped, ...content } = parsed;
      return { content, skipped };
    },
    missing: `There is no ${PENDING_ACKS_FILE}: no message waits for an acknowledgement in this folder.`,
    ending: { known: 'its last readable content is used', unknown: 'no acknowledgement is known' },
  };
}
