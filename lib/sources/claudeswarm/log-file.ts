/**
 * One open file of the message log, read by bytes from the offset of its generation. Knows nothing of rotation:
 * `message-log.ts` decides which files there are and what an unknown one means.
 */
import { createHash, type Hash, hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { isFlag, isText, isWhole, shape } from '../../platform/json-shape';
import { type LogLine, lineTooLong, parseLine } from './log-line';

export const MAX_LINE_BYTES = 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
const HEAD_BYTES = 4096;
/** Longer than the delivery counts, which are equal at the end of most lines (docs/decisions/0010-tail-hash.md). */
const TAIL_BYTES = 1024;
const SETTLED_AFTER_MS = 1000;
/** A file changed this recently may change again within the same tick of the file system's clock. */
const CLOCK_TICK_MS = 50;
const LF = 0x0a;

/** One generation of the log, from empty to destroyed, and how far it was read. */
export interface Generation {
  id: number;
  /** Device, inode and birth time of its file; only a hint, since file systems reuse inodes and files get copied. */
  inode: string;
  headBytes: number;
  headHash: string;
  /** Bytes consumed. */
  offset: number;
  tailHash: string;
  lines: number;
  /** Rotation does not explain this file, so its lines are compared with the recorded ones. */
  comparing: boolean;
  /** Compare at least up to here: its size when it was first seen. */
  compareUntil: number;
  /** It was read to its end after it had stopped being the log. */
  drained: boolean;
  /** The last consumed line had no line feed. */
  unterminated: boolean;
  /** The number of bytes seen after the offset; left out if there were none. */
  unread?: number;
}

export const isGeneration = shape<Generation>({
  id: isWhole,
  inode: isText,
  headBytes: isWhole,
  headHash: isText,
  offset: isWhole,
  tailHash: isText,
  lines: isWhole,
  comparing: isFlag,
  compareUntil: isWhole,
  drained: isFlag,
  unterminated: isFlag,
  unread: (value) => value === undefined || isWhole(value),
});

export interface Identity {
  dev: bigint;
  ino: bigint;
}

/** Takes the lines of a file; `generation.offset` is still before the line. */
export interface LineSink {
  line(file: LogFile, line: LogLine): void;
  /** @param digest a hash of the line's bytes */
  skip(file: LogFile, reason: string, digest: string): void;
}

export type TailState = 'complete' | 'incomplete' | null;

/** A line over the limit: how far it was scanned for its end, and the hash of the scanned bytes. */
interface Overlong {
  scanned: number;
  hash: Hash;
}

export class LogFile {
  readonly path: string;
  readonly dev: bigint;
  readonly ino: bigint;
  readonly inode: string;
  /** When it was created, milliseconds since 1970; 0 or the time of a change where the file system does not know. */
  readonly madeAt: number;
  size: number;
  /** Copies of each line so far, by a hash of it, while comparing. */
  copies = new Map<string, number>();
  /** When a complete last line without line feed may count as a line (milliseconds since 1970). */
  settlesAt: number | null = null;
  tailState: TailState = null;
  /** The end of the file that is no line yet: a line that has not settled, or the text of an incomplete one. */
  tail: { line: LogLine } | { text: string } | null = null;
  readonly #fd: number;
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #generation: Generation | null = null;
  /**
   * The consumed bytes that the hashes of the generation cover: comparing bytes at every read costs less than hashing.
   */
  #head: Buffer = Buffer.alloc(0);
  #tail: Buffer = Buffer.alloc(0);
  /** The signature of the file when it was last read to its end; empty if it must be read again. */
  #seen = '';
  #overlong: Overlong | null = null;

  private constructor(path: string, fd: number, stat: Identity & { size: bigint; birthtimeNs: bigint }) {
    this.path = path;
    this.#fd = fd;
    this.dev = stat.dev;
    this.ino = stat.ino;
    this.inode = `${stat.dev}.${stat.ino}.${stat.birthtimeNs}`;
    this.madeAt = Number(stat.birthtimeNs / 1_000_000n);
    this.size = Number(stat.size);
  }

  /** @returns null if there is no such file, a sentence if it can't be read */
  static open(path: string): LogFile | { unreadable: string } | null {
    let fd: number;
    try {
      fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' ? null : { unreadable: `${path} can't be opened (${code}).` };
    }
    const stat = fstatSync(fd, { bigint: true });
    if (stat.isFile()) return new LogFile(path, fd, stat);
    closeSync(fd);
    return { unreadable: `${path} is no regular file.` };
  }

  get generation(): Generation {
    if (!this.#generation) throw new Error(`${this.path} was opened but not identified`);
    return this.#generation;
  }

  get identified(): boolean {
    return this.#generation !== null;
  }

  /**
   * Sets which generation this file is: a new one, or the one that it was found to contain. Reading continues at its
   * offset.
   */
  follow(known: Generation): void {
    known.inode = this.inode;
    known.drained = false;
    this.#generation = known;
    if (known.offset === 0) this.#keep(Buffer.alloc(0), Buffer.alloc(0));
    this.#seen = '';
    this.#overlong = null;
    this.copies = new Map();
    this.settlesAt = null;
    this.tailState = null;
    this.tail = null;
  }

  /** Whether this file contains the first line and the last consumed bytes of a generation. */
  holds(known: Generation): boolean {
    if (this.size < known.offset) return false;
    const head = this.#readAt(0, known.headBytes);
    if (sha1(head) !== known.headHash) return false;
    const tailFrom = Math.max(0, known.offset - TAIL_BYTES);
    const tail = this.#readAt(tailFrom, known.offset - tailFrom);
    if (sha1(tail) !== known.tailHash) return false;
    this.#keep(head, tail);
    return true;
  }

  isFileOf(known: Generation | undefined): boolean {
    return known?.inode === this.inode;
  }

  /** Makes the next read open the file even if nothing about it seems to have changed. */
  refreshAgain(): void {
    this.#seen = '';
  }

  /** @returns false if the consumed bytes are no longer there: the file was truncated or rewritten in place */
  intact(): boolean {
    const stat = fstatSync(this.#fd, { bigint: true });
    if (signature(stat) === this.#seen) return true;
    this.size = Number(stat.size);
    const { offset } = this.generation;
    if (this.size < offset) return false;
    return this.#contains(this.#head, 0) && this.#contains(this.#tail, offset - this.#tail.length);
  }

  /**
   * Reads the next bytes and gives their lines to the sink.
   *
   * @param budget bytes left to read, lowered as it goes
   * @param finished nothing is appended any more: a complete last line counts at once
   * @param now milliseconds since 1970
   * @returns true at the end of the file, false when the budget ran out before
   */
  read(sink: LineSink, budget: { bytes: number }, finished: boolean, now: number): boolean {
    const stat = fstatSync(this.#fd, { bigint: true });
    this.size = Number(stat.size);
    const settled = this.settlesAt !== null && (finished || now >= this.settlesAt);
    if (signature(stat) === this.#seen && !settled) return true;
    while (budget.bytes > 0) {
      if (this.#overlong) {
        if (this.#scanOverlong(this.#overlong, sink, budget)) continue;
        return true;
      }
      const bytes = this.#readAhead();
      budget.bytes -= bytes.length;
      if (this.#takeLines(bytes, sink)) continue;
      if (bytes.length > MAX_LINE_BYTES) {
        this.#overlong = { scanned: this.generation.offset, hash: createHash('sha1') };
        continue;
      }
      const modified = Number(stat.mtimeMs);
      const whole = this.generation.offset + bytes.length === this.size;
      this.#seen = whole && now - modified >= CLOCK_TICK_MS ? signature(stat) : '';
      this.#takeTail(bytes, sink, finished ? now : modified + SETTLED_AFTER_MS, now);
      return true;
    }
    return false;
  }

  close(): void {
    closeSync(this.#fd);
  }

  /**
   * Reads the bytes after the offset: one chunk, or up to the maximum length of a line where one line fills the chunk.
   */
  #readAhead(): Buffer {
    const { offset } = this.generation;
    const bytes = this.#chunk.subarray(0, readSync(this.#fd, this.#chunk, 0, CHUNK_BYTES, offset));
    return bytes.length < CHUNK_BYTES || bytes.includes(LF) ? bytes : this.#readAt(offset, MAX_LINE_BYTES + 1);
  }

  /** Takes the complete lines of bytes that begin at the offset; false if there is none. */
  #takeLines(bytes: Buffer, sink: LineSink): boolean {
    const known = this.generation;
    let start = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
      this.#takeLine(bytes.subarray(start, end), sink);
      known.offset += end + 1 - start;
      known.unterminated = false;
      start = end + 1;
    }
    if (start > 0) this.#seal(bytes.subarray(0, start));
    return start > 0;
  }

  #takeLine(bytes: Buffer, sink: LineSink): void {
    this.generation.lines += 1;
    this.tail = null;
    const parsed = parseLine(bytes, this.generation.lines === 1);
    if (parsed === null) return;
    if ('error' in parsed) sink.skip(this, parsed.error, sha1(bytes));
    else sink.line(this, parsed);
  }

  /**
   * Takes the end of a file without line feed: a line once it is complete and has settled; otherwise it is to be
   * continued.
   */
  #takeTail(bytes: Buffer, sink: LineSink, settlesAt: number, now: number): void {
    const known = this.generation;
    this.settlesAt = null;
    this.tail = null;
    this.tailState = known.unterminated ? 'complete' : null;
    if (bytes.length === 0) return;
    const parsed = parseLine(bytes, known.lines === 0);
    const complete = parsed !== null && !('error' in parsed);
    this.tailState = complete ? 'complete' : 'incomplete';
    if (!complete) {
      this.tail = { text: bytes.toString() };
      return;
    }
    if (now < settlesAt) {
      this.settlesAt = settlesAt;
      this.tail = { line: parsed };
      return;
    }
    known.lines += 1;
    sink.line(this, parsed);
    known.offset += bytes.length;
    known.unterminated = true;
    this.#seal(bytes);
  }

  /** Scans for the end of an overlong line without keeping its bytes; false at the end of the file. */
  #scanOverlong(overlong: Overlong, sink: LineSink, budget: { bytes: number }): boolean {
    const known = this.generation;
    const bytes = this.#chunk.subarray(0, readSync(this.#fd, this.#chunk, 0, CHUNK_BYTES, overlong.scanned));
    budget.bytes -= bytes.length;
    const end = bytes.indexOf(LF);
    overlong.hash.update(end < 0 ? bytes : bytes.subarray(0, end));
    if (end < 0) {
      overlong.scanned += bytes.length;
      this.tailState = 'incomplete';
      return bytes.length > 0;
    }
    const next = overlong.scanned + end + 1;
    known.lines += 1;
    const digest = overlong.hash.digest('hex');
    sink.skip(this, 'line too long', digest);
    sink.line(this, lineTooLong(next - 1 - known.offset, digest));
    if (known.headBytes === 0) this.#seal(this.#readAt(0, HEAD_BYTES));
    known.offset = next;
    known.unterminated = false;
    this.#overlong = null;
    this.#seal(this.#readAt(next - TAIL_BYTES, TAIL_BYTES));
    return true;
  }

  /** Remembers hashes of the consumed bytes, so that the file is recognised later. */
  #seal(consumed: Buffer): void {
    const known = this.generation;
    if (known.headBytes === 0) {
      const firstLine = consumed.subarray(0, consumed.indexOf(LF) + 1 || consumed.length);
      this.#head = Buffer.from(firstLine.subarray(0, HEAD_BYTES));
      known.headBytes = this.#head.length;
      known.headHash = sha1(this.#head);
    }
    this.#tail = Buffer.concat([this.#tail, consumed.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
    known.tailHash = sha1(this.#tail);
  }

  #keep(head: Buffer, tail: Buffer): void {
    this.#head = head;
    this.#tail = tail;
  }

  #contains(bytes: Buffer, position: number): boolean {
    return bytes.length === 0 || this.#readAt(position, bytes.length).equals(bytes);
  }

  #readAt(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    return bytes.subarray(0, readSync(this.#fd, bytes, 0, length, position));
  }
}

function sha1(bytes: Buffer): string {
  return hash('sha1', bytes, 'base64');
}

function signature(stat: { size: bigint; mtimeNs: bigint; ctimeNs: bigint }): string {
  return `${stat.size}.${stat.mtimeNs}.${stat.ctimeNs}`;
}
