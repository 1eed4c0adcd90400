/**
 * The acknowledgements that the swarm's tool still waits for, `PENDING_ACKS.json`: read as a whole, kept as long as
 * nothing better is known. The tool writes it in the folder where it runs, which is the root as a rule.
 */
import { join } from 'node:path';
import type { Skipped } from '../contract/schemas';
import { contentOf, excerptOf, nameOf } from './message-fields';
import { readInstant } from './naive-time';
import { countSkipped, type ReaderStatus, statusAfter } from './reader-status';
import { MISSING_CONFIRMED_MS } from './registry';
import { type FileLook, lookAtFile } from './small-file';

export const PENDING_ACKS_FILE = 'PENDING_ACKS.json';

const LIMIT_BYTES = 16 * 1024 * 1024;
const KEPT = 1000;

/** One message whose recipient has not acknowledged it. */
export interface PendingAck {
  /** The id of the first message; its retries are logged under others. */
  msgId: string;
  sender: string | null;
  recipient: string | null;
  /** The beginning of what it says; empty where the file has no message. */
  text: string;
  retryCount: number;
  /** Milliseconds since 1970; null for what is no time. */
  sentAt: number | null;
  nextRetryAt: number | null;
  /** What a send left behind that broke off before the message was sent: an id for the time being, and no message. */
  orphan: boolean;
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
): { acks: PendingAck[]; skipped: Skipped[] } | { error: string } {
  if (bytes.length === 0) return { error: 'empty' };
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8').trim());
  } catch {
    return { error: 'invalid JSON' };
  }
  if (!isObject(value)) return { error: 'not an object' };
  const { pending_acks: entries = [] } = value;
  if (!Array.isArray(entries)) return { error: 'pending_acks is not a list' };
  const acks: PendingAck[] = [];
  const skipped: [string, string][] = [];
  for (const [index, entry] of entries.entries()) {
    const ack = isObject(entry) ? readEntry(entry, zone) : null;
    if (!ack) skipped.push(['entry has no text as msg_id', `pending_acks[${index}]`]);
    else if (acks.length === KEPT) skipped.push([`beyond the first ${KEPT} entries`, `pending_acks[${index}]`]);
    else acks.push(ack);
  }
  return { acks, skipped: countSkipped(skipped) };
}

function readEntry(entry: Record<string, unknown>, zone: string | undefined): PendingAck | null {
  const msgId = typeof entry.msg_id === 'string' ? nameOf(entry.msg_id) : null;
  if (msgId === null) return null;
  const message = isObject(entry.message) ? entry.message : {};
  const isEmpty = Object.keys(message).length === 0;
  return {
    msgId,
    sender: nameOf(entry.sender_id),
    recipient: nameOf(entry.recipient_id),
    text: isEmpty ? '' : excerptOf(contentOf(message).text),
    retryCount: typeof entry.retry_count === 'number' ? entry.retry_count : 0,
    sentAt: readInstant(entry.sent_at, zone)?.milliseconds ?? null,
    nextRetryAt: readInstant(entry.next_retry_at, zone)?.milliseconds ?? null,
    orphan: isEmpty && msgId.startsWith('temp-'),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Holds the newest list that could be read. */
export class PendingAcksReader {
  status: ReaderStatus;
  /** The last good ones; none before the first and once the file is gone. A new array whenever one changed. */
  acks: readonly PendingAck[] = [];

  readonly #path: string;
  readonly #zone: string | undefined;
  readonly #now: () => number;
  #signature: string | null = null;
  #bytes: Buffer | null = null;
  #missedSince: number | null = null;

  /**
   * @param root the swarm's root
   * @param zone IANA zone of naive times; the process's own if null
   * @param now the clock, milliseconds since 1970
   */
  constructor(root: string, zone: string | null, now: () => number = Date.now) {
    this.#path = join(root, PENDING_ACKS_FILE);
    this.#zone = zone ?? undefined;
    this.#now = now;
    this.status = { ...MISSING, since: now() };
  }

  /**
   * Reads the file if it is not as the last look left it. Costs a few microseconds if nothing changed.
   *
   * @returns whether `status` or `acks` changed
   */
  look(): boolean {
    const now = this.#now();
    const known = { status: this.status, acks: this.acks };
    const look = lookAtFile(this.#path, { limitBytes: LIMIT_BYTES, known: this.#signature, followLinks: true, now });
    if (look.kind === 'missing') this.#missed(now);
    else {
      this.#missedSince = null;
      this.#found(look, now);
    }
    return this.status !== known.status || this.acks !== known.acks;
  }

  #missed(now: number): void {
    this.#missedSince ??= now;
    // A clock set back must not keep a file that is gone.
    if (Math.abs(now - this.#missedSince) < MISSING_CONFIRMED_MS) return;
    if (this.acks.length > 0) this.acks = [];
    this.#signature = null;
    this.#bytes = null;
    this.status = statusAfter(this.status, MISSING, now);
  }

  #found(look: Exclude<FileLook, { kind: 'missing' }>, now: number): void {
    if (look.kind === 'irregular') this.#unusable(`is ${look.what}, not a file`, now);
    else if (look.kind === 'unreadable') this.#unusable(`can't be read: ${look.reason}`, now);
    else if (look.kind === 'read') {
      const unchanged = this.#bytes?.equals(look.bytes) ?? false;
      this.#signature = look.signature;
      this.#bytes = look.bytes;
      if (!unchanged) this.#read(look.bytes, now);
    }
  }

  #read(bytes: Buffer, now: number): void {
    const parsed = parsePendingAcks(bytes, this.#zone);
    if ('error' in parsed) {
      this.status = statusAfter(this.status, unreadable(`is unusable: ${parsed.error}`), now);
      return;
    }
    this.acks = parsed.acks;
    this.status = statusAfter(this.status, { state: 'ok', reason: null, skipped: parsed.skipped }, now);
  }

  #unusable(what: string, now: number): void {
    // Whatever stands there next is read, even if it is the file of before.
    this.#signature = null;
    this.#bytes = null;
    this.status = statusAfter(this.status, unreadable(what), now);
  }
}

const MISSING: Omit<ReaderStatus, 'since'> = {
  state: 'missing',
  reason: `There is no ${PENDING_ACKS_FILE}: no acknowledgement is waited for in this folder.`,
  skipped: [],
};

function unreadable(what: string): Omit<ReaderStatus, 'since'> {
  return { state: 'unreadable', reason: `${PENDING_ACKS_FILE} ${what}; what it said before counts.`, skipped: [] };
}
