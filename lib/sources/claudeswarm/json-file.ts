/**
 * Reads a small file of the swarm without side effects: no lock, no wait on a pipe, no device, bounded size. Keeps the
 * last good content while the file can't be read.
 */

import { join } from 'node:path';
import { formatInstant } from '../../contract/instant';
import type { Skipped } from '../../contract/schemas';
import { isObject } from '../../platform/json-shape';
import { type FileReading, readIfChanged } from '../../platform/read-file';
import { type ReaderStatus, statusAfter } from '../source-status';

/** Writers replace a file by a rename, and with some of them the file is missing for a moment. */
export const MISSING_CONFIRMED_MS = 200;

const MEGABYTE = 1024 * 1024;
const MAX_STORE_BYTES = 16 * MEGABYTE;
/**
 * Names, values and brackets in one file of JSON. What `JSON.parse` and the readers cost depends on these more than on
 * the bytes: objects without a common shape take up to 2 us each.
 */
const MAX_VALUES = 200_000;
/** The beginning of reasons for leaving out entries that could be read: the file contains more than the maximum. */
export const BEYOND = 'beyond the first';
/** How long a large file is not read again, so that one written all the time leaves time for other work. */
const REST_MS_PER_MEGABYTE = 250;

/** Describes a small JSON file: its name, its bounds, how it is parsed, and the texts about it. */
export interface SmallFileKind<Content> {
  /** Below the root. */
  name: string;
  /** Larger files are unreadable; 16 MB if absent. */
  maxBytes?: number;
  parse: (bytes: Buffer) => { content: Content; skipped: Skipped[] } | { error: string };
  /** A sentence: what it means that the file does not exist. */
  missing: string;
  /** The end of a sentence about a fault: with earlier content to show, and without. */
  ending: { known: string; unknown: string };
  /** Texts for faults that `parse` names; the others are shown as `is unusable: ...`. */
  faults?: Readonly<Record<string, string>>;
}

/** Keeps the newest content of a small file that could be read. */
export class SmallFileReader<Content> {
  status: ReaderStatus;
  /**
   * The last good content, kept while the file is missing or unusable; null before the first. A new object after a
   * change.
   */
  protected content: Content | null = null;
  /** When the last good content was written, milliseconds since 1970; null before the first. */
  changedAt: number | null = null;

  readonly #kind: SmallFileKind<Content>;
  readonly #path: string;
  readonly #now: () => number;
  #signature: string | null = null;
  #bytes: Buffer | null = null;
  #missedSince: number | null = null;
  /** When the file was last found, and when it was last found usable; milliseconds since 1970. */
  #presentAt: number | null = null;
  #goodAt: number | null = null;
  /** When a large file was read, and for how long it is not read again; milliseconds. */
  #rest = { from: 0, ms: 0 };

  /**
   * @param root the swarm's root
   * @param kind which file, and how it is read
   * @param now the clock, milliseconds since 1970
   */
  constructor(root: string, kind: SmallFileKind<Content>, now: () => number = Date.now) {
    this.#kind = kind;
    this.#path = join(root, kind.name);
    this.#now = now;
    this.status = { ...this.#missing(), since: now() };
  }

  /**
   * Reads the file if it has changed since the last call. Costs a few microseconds if nothing changed; a file over a
   * megabyte is not read again within 250 ms for each megabyte.
   *
   * @returns whether `status` or the content changed
   */
  refresh(): boolean {
    const now = this.#now();
    if (Math.abs(now - this.#rest.from) < this.#rest.ms) return false;
    const known = { status: this.status, content: this.content };
    const options = {
      limitBytes: this.#kind.maxBytes ?? MAX_STORE_BYTES,
      known: this.#signature,
      followLinks: true,
      now,
    };
    const reading = readIfChanged(this.#path, options);
    if (reading.kind === 'missing') this.#missed(now);
    else {
      this.#missedSince = null;
      this.#presentAt = now;
      this.#found(reading, now);
      if (this.status.state === 'ok' || this.status.state === 'degraded') this.#goodAt = now;
    }
    return this.status !== known.status || this.content !== known.content;
  }

  #missed(now: number): void {
    this.#missedSince ??= now;
    // A clock rewind must not hide that a file is gone.
    if (Math.abs(now - this.#missedSince) < MISSING_CONFIRMED_MS) return;
    this.#signature = null;
    this.#bytes = null;
    this.status = statusAfter(this.status, this.#missing(), now);
  }

  #found(reading: Exclude<FileReading, { kind: 'missing' }>, now: number): void {
    if (reading.kind === 'read') this.#read(reading, now);
    else if (reading.kind === 'irregular') this.#unusable(`is ${reading.what}, not a file`, now);
    else if (reading.kind === 'unreadable') this.#unusable(`can't be read: ${reading.reason}`, now);
  }

  #read({ bytes, signature, changedAt }: Extract<FileReading, { kind: 'read' }>, now: number): void {
    this.#signature = signature;
    this.#rest = { from: now, ms: bytes.length < MEGABYTE ? 0 : (bytes.length / MEGABYTE) * REST_MS_PER_MEGABYTE };
    if (this.#bytes?.equals(bytes)) return;
    this.#bytes = bytes;
    const parsed = this.#kind.parse(bytes);
    if ('error' in parsed) {
      this.#fault(this.#kind.faults?.[parsed.error] ?? `is unusable: ${parsed.error}`, now);
      return;
    }
    this.content = parsed.content;
    this.changedAt = changedAt;
    this.status = statusAfter(this.status, { ...this.#wholeOrPart(parsed.skipped), keptFrom: null }, now);
  }

  /** A file that was read in part proves no absence: its source is `degraded`. */
  #wholeOrPart(skipped: Skipped[]): Pick<ReaderStatus, 'state' | 'reason' | 'skipped'> {
    const beyond = skipped.filter(({ reason }) => reason.startsWith(BEYOND));
    if (beyond.length === 0) return { state: 'ok', reason: null, skipped };
    const parts = beyond.map(({ reason, count }) => `${count} ${reason}`).join(' and ');
    return { state: 'degraded', reason: `${this.#kind.name} is read in part: skipped ${parts}.`, skipped };
  }

  #unusable(what: string, now: number): void {
    // The next file there is read, even if it is the one from before.
    this.#signature = null;
    this.#bytes = null;
    this.#fault(what, now);
  }

  #fault(what: string, now: number): void {
    const { name, ending } = this.#kind;
    const reason = `${name} ${what}; ${this.content === null ? ending.unknown : ending.known}.`;
    this.status = statusAfter(this.status, { state: 'unreadable', reason, keptFrom: this.#keptFrom, skipped: [] }, now);
  }

  #missing(): Omit<ReaderStatus, 'since'> {
    const { name, missing, ending } = this.#kind;
    const keptFrom = this.#keptFrom;
    const reason =
      this.#presentAt === null
        ? missing
        : wasThere(name, this.#presentAt, `${keptFrom === null ? ending.unknown : ending.known}.`);
    return { state: 'missing', reason, keptFrom, skipped: [] };
  }

  get #keptFrom(): number | null {
    return this.content === null ? null : this.#goodAt;
  }
}

/**
 * @param name of a file or folder that existed
 * @param until when it was last found, milliseconds since 1970
 * @param consequence a sentence: what is shown now
 * @returns sentences that say that it is gone
 */
export function wasThere(name: string, until: number, consequence: string): string {
  const sentence = consequence.charAt(0).toUpperCase() + consequence.slice(1);
  return `${name} was there until ${formatInstant(until)}; it is gone. ${sentence}`;
}

/**
 * @returns the JSON object in the bytes, tolerantly: a byte order mark is skipped and invalid UTF-8 replaced; or why
 *   there is none: `empty`, `invalid JSON`, `not an object` or that it contains more than 200,000 values
 */
export function parseObject(bytes: Buffer): { object: Record<string, unknown> } | { error: string } {
  if (bytes.length === 0) return { error: 'empty' };
  if (holdsMoreThan(MAX_VALUES, bytes)) return { error: TOO_MANY_VALUES };
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8').trim());
  } catch {
    return { error: 'invalid JSON' };
  }
  return isObject(value) ? { object: value } : { error: 'not an object' };
}

const TOO_MANY_VALUES = `it contains more than ${MAX_VALUES.toLocaleString('en-US')} values`;
const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const MARKS: ReadonlySet<number> = new Set([...'{[,:'].map((mark) => mark.charCodeAt(0)));

/** Counts strings and the characters between values without parsing; about 2 ms for a megabyte. */
function holdsMoreThan(most: number, bytes: Buffer): boolean {
  if (bytes.length <= most) return false;
  let found = 0;
  for (let at = 0; at < bytes.length && found <= most; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      found += 1;
      for (at += 1; at < bytes.length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at += 1;
    } else if (MARKS.has(byte)) found += 1;
  }
  return found > most;
}
