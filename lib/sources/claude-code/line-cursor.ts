/** Reads the complete lines of one file by bytes from a remembered offset. Synchronous: runs in a thread of its own. */
import { hash } from 'node:crypto';
import { readSync } from 'node:fs';

export const MAX_LINE_BYTES = 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
/** Longer than the fields that are equal at the end of most lines. */
const IDENTITY_BYTES = 1024;
/** Of a line over the limit, to tell what it was. */
const KEPT_BYTES = 1024;
const LF = 0x0a;

/** Used by one read at a time; a buffer for each file would cost more than the thread itself. */
const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
const recheck = Buffer.allocUnsafeSlow(IDENTITY_BYTES);
let longChunk: Buffer | null = null;

export interface LineTaker {
  /** The bytes are only valid during the call. */
  line(bytes: Buffer): void;
  /** A line over the limit, of which only its first bytes were kept. */
  tooLong(begin: Buffer): void;
}

/** The bytes that one read may still read; lowered as it goes. */
export interface ByteBudget {
  bytes: number;
}

export class LineCursor {
  /** Everything before was taken. The start of a line, unless the cursor was placed inside one. */
  offset = 0;
  /** How far a line that is skipped was scanned for its end; null between lines. */
  #scanned: number | null = null;
  /** The first bytes of a line that is skipped. */
  #begin: Buffer = Buffer.alloc(0);
  /** The skipped line is not counted: its beginning was never wanted. */
  #inside = false;
  /** The bytes before the offset, to notice that the file was replaced. */
  #before: Buffer = Buffer.alloc(0);

  /** Whether it scans for the end of a line that it was placed in. */
  get inside(): boolean {
    return this.#inside;
  }

  /** Continues at an offset that is the start of a line. */
  continueAt(fd: number, offset: number): void {
    this.offset = offset;
    this.#scanned = null;
    this.#inside = false;
    this.#before = readAt(fd, Math.max(0, offset - IDENTITY_BYTES), Math.min(offset, IDENTITY_BYTES));
  }

  /** Continues with the first line that begins after an offset. */
  continueAfter(fd: number, offset: number): void {
    this.continueAt(fd, offset);
    if (offset === 0) return;
    // The byte before may be the end of a line.
    this.#scanned = offset - 1;
    this.#inside = true;
  }

  /** @returns false if the bytes before the offset are no longer there: the file was cut, rewritten or replaced */
  intact(fd: number, size: number): boolean {
    if (size < (this.#scanned ?? this.offset)) return false;
    const length = this.#before.length;
    if (length === 0) return true;
    const there = recheck.subarray(0, readSync(fd, recheck, 0, length, this.offset - length));
    return there.equals(this.#before);
  }

  /**
   * Takes the complete lines that begin before `end`.
   *
   * @returns true if no further complete line begins there, false when the budget ran out before
   */
  read(fd: number, budget: ByteBudget, end: number, taker: LineTaker): boolean {
    while (this.offset < end || this.#inside) {
      if (budget.bytes <= 0) return false;
      if (this.#scanned !== null) {
        if (!this.#scan(fd, this.#scanned, budget, taker)) return true;
      } else if (!this.#readLines(fd, budget, end, taker)) return true;
    }
    return true;
  }

  /** @returns false at the end of the file */
  #readLines(fd: number, budget: ByteBudget, end: number, taker: LineTaker): boolean {
    let bytes: Buffer = chunk.subarray(0, readSync(fd, chunk, 0, CHUNK_BYTES, this.offset));
    budget.bytes -= bytes.length;
    if (bytes.length === CHUNK_BYTES && bytes.lastIndexOf(LF) < 0) {
      longChunk ??= Buffer.allocUnsafeSlow(MAX_LINE_BYTES + 1);
      bytes = longChunk.subarray(0, readSync(fd, longChunk, 0, longChunk.length, this.offset));
      budget.bytes -= bytes.length;
    }
    let start = 0;
    for (let lf = bytes.indexOf(LF); lf >= 0 && this.offset + start < end; lf = bytes.indexOf(LF, start)) {
      taker.line(bytes.subarray(start, lf));
      start = lf + 1;
    }
    if (start > 0) {
      this.offset += start;
      this.#keep(bytes.subarray(Math.max(0, start - IDENTITY_BYTES), start));
      return true;
    }
    if (bytes.length <= MAX_LINE_BYTES) return false;
    this.#scanned = this.offset + bytes.length;
    this.#begin = Buffer.from(bytes.subarray(0, KEPT_BYTES));
    return true;
  }

  /** Remembers the last bytes before the offset. */
  #keep(taken: Buffer): void {
    if (taken.length === IDENTITY_BYTES && this.#before.length === IDENTITY_BYTES) taken.copy(this.#before);
    else this.#before = Buffer.concat([this.#before, taken]).subarray(-IDENTITY_BYTES);
  }

  /** Scans for the end of a line without keeping its bytes; false at the end of the file. */
  #scan(fd: number, from: number, budget: ByteBudget, taker: LineTaker): boolean {
    const bytes = chunk.subarray(0, readSync(fd, chunk, 0, CHUNK_BYTES, from));
    budget.bytes -= bytes.length;
    const lf = bytes.indexOf(LF);
    if (lf < 0) {
      this.#scanned = from + bytes.length;
      return bytes.length > 0;
    }
    if (!this.#inside) taker.tooLong(this.#begin);
    this.#begin = Buffer.alloc(0);
    this.continueAt(fd, from + lf + 1);
    return true;
  }
}

/**
 * @returns a hash of the first bytes of a file and of those before an offset: the same file continues there, another
 *   begins anew
 */
export function fingerprint(fd: number, offset: number): string {
  const length = Math.min(offset, IDENTITY_BYTES);
  return hash('sha1', Buffer.concat([readAt(fd, 0, length), readAt(fd, offset - length, length)]), 'base64');
}

/** @returns the bytes of a file, fewer at its end */
export function readAt(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, length === 0 ? 0 : readSync(fd, bytes, 0, length, position));
}
