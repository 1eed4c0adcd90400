/**
 * Reads a small file that its writer may overwrite in place, without truncating it first: what is read may be empty, the
 * beginning of the new content with the rest of the old one, or the new content with the end of a longer old one. So a
 * content counts only once it has settled, and the last good one is kept until then. Nothing here blocks the event loop.
 */
import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { describeFileError, errorCode, fileKind } from '../platform/read-file';

/**
 * A writer copies a small content within microseconds, but its time of change advances in steps of up to 10 ms. What
 * changed before that is no longer being copied.
 */
const COPIED_MS = 12;
/** A change after this time has another time of change. */
const TRUSTED_MS = 50;
/** A file that grows while it is read is read to its new end, up to this. */
const GROWTH_BYTES = 4096;
/**
 * The pauses before a content that has not settled is read again. Between the copy and the cut of the old end a busy
 * machine may stop the writer, so the later ones are longer.
 */
const PAUSES_MS = [4, 20, 50] as const;

/** @returns the content, or a fault such as `is no JSON` */
export type ParseBytes<Content> = (bytes: Buffer) => { content: Content } | { fault: string };

/** The result of a refresh: whether the content or the fault changed, or that there is no such file any more. */
export type SettledReading = 'changed' | 'same' | 'gone';

export interface SettledFileOptions {
  /** The clock, milliseconds since 1970. */
  now?: () => number;
  /** Waits for some milliseconds; another way in tests. */
  wait?: (ms: number) => Promise<unknown>;
}

/** The bytes of a file, with its times as they were before it was read. */
interface FileBytes {
  kind: 'bytes';
  bytes: Buffer;
  signature: string;
  /** Milliseconds since 1970. */
  changedAt: number;
}

type RawReading =
  | FileBytes
  | { kind: 'unchanged' }
  | { kind: 'gone' }
  | { kind: 'fault'; fault: string; signature: string | null };

export class SettledFile<Content> {
  /** The last good content; null before the first. A new object only after a change. */
  content: Content | null = null;
  /** Why its present content can't be used, such as `is no JSON`; null if it can. */
  fault: string | null = null;
  /** When it was last found good, milliseconds since 1970; null before the first time. */
  goodAt: number | null = null;

  readonly #path: string;
  readonly #limitBytes: number;
  readonly #parse: ParseBytes<Content>;
  readonly #now: () => number;
  readonly #wait: (ms: number) => Promise<unknown>;
  #signature: string | null = null;
  #bytes: Buffer | null = null;

  /**
   * @param path its symbolic links are not followed
   * @param limitBytes a larger file has a fault
   */
  constructor(path: string, limitBytes: number, parse: ParseBytes<Content>, options: SettledFileOptions = {}) {
    this.#path = path;
    this.#limitBytes = limitBytes;
    this.#parse = parse;
    this.#now = options.now ?? Date.now;
    this.#wait = options.wait ?? ((ms) => delay(ms));
  }

  /**
   * Reads the file if it changed. Costs one `stat` if it did not, usually 4 ms of waiting after a change, and at most
   * 80 ms while it is being written.
   */
  async refresh(): Promise<SettledReading> {
    let before: Buffer | null = null;
    for (let attempt = 0; ; attempt++) {
      const reading = await readOnce(this.#path, this.#limitBytes, attempt === 0 ? this.#signature : null);
      if (reading.kind === 'gone') return 'gone';
      if (reading.kind === 'fault') return this.#failed(reading.fault, reading.signature);
      if (reading.kind === 'unchanged') return this.#confirmed(this.#signature);
      const { bytes } = reading;
      if (this.#bytes?.equals(bytes)) return this.#isGood(reading);
      const parsed = this.#parse(bytes);
      const pause = PAUSES_MS[attempt];
      if ('content' in parsed) {
        if (before?.equals(bytes) || this.#age(reading) >= COPIED_MS) return this.#take(parsed.content, reading);
        // It changed at every reading: the next refresh finds what it has become.
        if (pause === undefined) return 'same';
      } else if (pause === undefined) return this.#failed(parsed.fault, this.#trusted(reading));
      before = bytes;
      await this.#wait(pause);
    }
  }

  /** Since its last change, in milliseconds; also where the clock was set. */
  #age({ changedAt }: FileBytes): number {
    return Math.abs(this.#now() - changedAt);
  }

  /** Another write within the step of the clock may leave the same signature, so it is read again the next time. */
  #trusted(reading: FileBytes): string | null {
    return this.#age(reading) >= TRUSTED_MS ? reading.signature : null;
  }

  #confirmed(signature: string | null): 'same' {
    this.#signature = signature;
    if (this.fault === null) this.goodAt = this.#now();
    return 'same';
  }

  #isGood(reading: FileBytes): SettledReading {
    const wasFaulty = this.fault !== null;
    this.fault = null;
    this.#confirmed(this.#trusted(reading));
    return wasFaulty ? 'changed' : 'same';
  }

  #take(content: Content, reading: FileBytes): SettledReading {
    this.content = content;
    this.#bytes = reading.bytes;
    this.#isGood(reading);
    return 'changed';
  }

  #failed(fault: string, signature: string | null): SettledReading {
    const isNew = this.fault !== fault;
    this.fault = fault;
    this.#signature = signature;
    return isNew ? 'changed' : 'same';
  }
}

/** @param known the signature of an earlier reading: the same one means that nothing changed */
async function readOnce(path: string, limitBytes: number, known: string | null): Promise<RawReading> {
  try {
    const seen = await lstat(path, { bigint: true });
    if (!seen.isFile()) return { kind: 'fault', fault: `is ${fileKind(seen)}, not a file`, signature: null };
    if (known !== null && signatureOf(seen) === known) return { kind: 'unchanged' };
    return await readRegular(path, limitBytes);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return { kind: 'gone' };
    return { kind: 'fault', fault: `can't be read: ${describeFileError(error)}`, signature: null };
  }
}

async function readRegular(path: string, limitBytes: number): Promise<RawReading> {
  // The file may have been replaced since `lstat`, so the open file is examined again; a pipe must not block.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const stats = await file.stat({ bigint: true });
    if (!stats.isFile()) return { kind: 'fault', fault: `is ${fileKind(stats)}, not a file`, signature: null };
    // In one call: several would make it likelier that a write comes between them.
    const buffer = Buffer.allocUnsafe(Math.min(Number(stats.size), limitBytes) + GROWTH_BYTES);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    const signature = signatureOf(stats);
    if (bytesRead > limitBytes) return { kind: 'fault', fault: `is larger than ${limitBytes} bytes`, signature };
    const bytes = Buffer.from(buffer.subarray(0, bytesRead));
    return { kind: 'bytes', bytes, signature, changedAt: Number(stats.ctimeMs) };
  } finally {
    await file.close();
  }
}

function signatureOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join('.');
}
