/** One transcript: how far its facts and its usage were read, and whether it is still the same file. */
import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import type { ClaudeUsage, TranscriptMark } from './claude-session';
import { type ByteBudget, fingerprint, LineCursor, type LineTaker, readAt } from './line-cursor';
import type { FactsReader } from './transcript-facts';
import { type Json, parseObject } from './transcript-json';
import { lineUse } from './transcript-lines';
import { transcriptOwner } from './transcript-path';
import { beginsCleared, usageIn } from './transcript-usage';

/** A transcript that was cleared says so in its first lines. */
const HEAD_BYTES = 8 * 1024;
/** Before a mark, to know the answer whose lines it may have parted. */
const LOOK_BACK_BYTES = 256 * 1024;

/** Takes what the lines say. */
export interface FileSink {
  usage(row: ClaudeUsage): void;
  /** A message id that was counted in an earlier run. */
  counted(messageId: string): void;
  skipped(reason: 'line too long' | 'not JSON'): void;
}

export class TranscriptFile {
  readonly path: string;
  readonly sessionId: string;
  readonly subagentId: string | null;
  /** The facts that its lines are given to; null if only its usage is wanted. */
  facts: FactsReader | null = null;
  size = 0;
  writtenAt = 0;
  /** Why it can't be read; null if it can. */
  fault: string | null = null;
  readonly #sink: FileSink;
  readonly #usage = new LineCursor();
  /** Where the facts are read; null where the usage is, since both are then read at once. */
  #state: LineCursor | null = null;
  #stateBegun = false;
  #mark: TranscriptMark | null;
  #begun = false;
  #current = false;
  /** The fingerprint at the offset. */
  #head = '';
  #cleared = false;
  /** Signature of the file when it was last read to its end. */
  #seen = '';
  #signature = '';

  /** @param mark where an earlier run stopped; null to begin at the start */
  constructor(path: string, mark: TranscriptMark | null, sink: FileSink) {
    this.path = path;
    this.#mark = mark;
    this.#sink = sink;
    const { sessionId, subagentId } = transcriptOwner(path);
    this.sessionId = sessionId;
    this.subagentId = subagentId;
  }

  /** How far its usage was read. */
  get offset(): number {
    return this.#begun ? this.#usage.offset : (this.#mark?.offset ?? 0);
  }

  /** Whether the facts say how the session is now, not how it was earlier in the file. */
  get current(): boolean {
    return this.facts !== null && this.#current;
  }

  /** The place from which an earlier reader of the same file continues; null if nothing was read. */
  get mark(): TranscriptMark | null {
    return this.#begun ? { file: this.path, head: this.#head, offset: this.#usage.offset } : null;
  }

  /** Notes what the file system says of it. @returns whether there may be something to read */
  look(): boolean {
    try {
      const stat = lstatSync(this.path, { throwIfNoEntry: false });
      if (!stat?.isFile()) return false; // missing means wait
      this.#signature = `${stat.size}.${stat.mtimeMs}.${stat.ctimeMs}.${stat.ino}`;
      this.size = stat.size;
      this.writtenAt = stat.mtimeMs;
      return this.pending;
    } catch (error) {
      this.fault = (error as NodeJS.ErrnoException).code ?? 'unknown fault';
      return false;
    }
  }

  get pending(): boolean {
    return this.#signature !== this.#seen;
  }

  /** Gives the lines near its end, and all that follow, to a reader of facts too. */
  follow(facts: FactsReader): void {
    this.facts = facts;
    this.#current = false;
    this.#state = new LineCursor();
    this.#stateBegun = false;
    this.#seen = '';
  }

  /** Reads no facts any more, only usage up to the end. */
  unfollow(): void {
    this.facts = null;
    this.#state = null;
  }

  /**
   * Reads the next part: the facts up to the end, the usage as far as the slice allows.
   *
   * @param firstBytes how many bytes of the end of the file are read at once for the facts
   * @returns true at the end of the file
   */
  read(sliceBytes: number, firstBytes: number): boolean {
    const signature = this.#signature;
    let ended = true;
    let fd: number | null = null;
    try {
      fd = openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
      this.size = fstatSync(fd).size;
      this.#begin(fd, firstBytes);
      const { offset } = this.#usage;
      ended = this.#readOpen(fd, sliceBytes, firstBytes);
      if (this.#head === '' || this.#usage.offset !== offset) this.#head = fingerprint(fd, this.#usage.offset);
      this.fault = null;
    } catch (error) {
      const { code = 'unknown fault' } = error as NodeJS.ErrnoException;
      this.fault = code === 'ENOENT' ? null : code; // a missing file may come back
    } finally {
      if (fd !== null) closeSync(fd);
    }
    if (ended) this.#seen = signature;
    return ended;
  }

  #begin(fd: number, firstBytes: number): void {
    const intact = this.#usage.intact(fd, this.size) && (this.#state?.intact(fd, this.size) ?? true);
    if (!intact) {
      this.#mark = null;
      if (this.facts) this.follow(this.facts.fresh());
    }
    if (!this.#begun || !intact) this.#beginUsage(fd);
    // Its beginning may not have been written before.
    else if (this.#usage.offset < HEAD_BYTES) this.#cleared = beginsCleared(readAt(fd, 0, HEAD_BYTES));
    if (!this.#state || this.#stateBegun) return;
    this.#state.continueAfter(fd, Math.max(0, this.size - firstBytes));
    this.#stateBegun = true;
  }

  #beginUsage(fd: number): void {
    this.#begun = true;
    const mark = this.#mark;
    const known = mark !== null && mark.offset <= this.size && fingerprint(fd, mark.offset) === mark.head;
    this.#usage.continueAt(fd, known ? mark.offset : 0);
    this.#cleared = beginsCleared(readAt(fd, 0, HEAD_BYTES));
    if (known) this.#learnCounted(fd, mark.offset);
  }

  #learnCounted(fd: number, offset: number): void {
    const earlier = new LineCursor();
    earlier.continueAfter(fd, Math.max(0, offset - LOOK_BACK_BYTES));
    const learn = (bytes: Buffer) => {
      const line = lineUse(bytes) === 'answer' ? parseObject(bytes) : null;
      const row = line && usageIn(line, this.#place());
      if (row) this.#sink.counted(row.messageId);
    };
    earlier.read(fd, { bytes: 2 * LOOK_BACK_BYTES }, offset, { line: learn, tooLong: () => {} });
  }

  #readOpen(fd: number, sliceBytes: number, firstBytes: number): boolean {
    this.#readState(fd);
    const state = this.#state;
    const both = state === null && this.facts !== null;
    const budget: ByteBudget = { bytes: both ? Math.max(sliceBytes, firstBytes) : sliceBytes };
    const ended = this.#usage.read(fd, budget, state?.offset ?? this.size, this.#taker(true, both));
    // From the place where both are, one reads for both.
    if (state && ended && this.#usage.offset >= state.offset) this.#state = null;
    if (both) this.#current = ended;
    return ended;
  }

  /** Reads the facts apart from the usage, so that what an agent does is known before its past was counted. */
  #readState(fd: number): void {
    const state = this.#state;
    if (!state) return;
    const unlimited: ByteBudget = { bytes: Number.MAX_SAFE_INTEGER };
    const usageAhead = this.#usage.offset >= state.offset;
    state.read(fd, unlimited, usageAhead ? this.#usage.offset : this.size, this.#taker(false, true));
    if (usageAhead && !state.inside) this.#state = null;
    else this.#current = true;
  }

  /** A broken line is counted once: an answer where the usage is read, others where the facts are. */
  #taker(usage: boolean, facts: boolean): LineTaker {
    return {
      line: (bytes) => {
        const use = lineUse(bytes);
        if (use === 'none' || (use === 'state' && !facts) || bytes.length === 0) return;
        const line = parseObject(bytes);
        if (line === null) {
          if (use === 'answer' ? usage : facts) this.#sink.skipped('not JSON');
          return;
        }
        if (facts) this.facts?.take(line);
        if (usage) this.#takeUsage(line);
      },
      // Results with images are often as long; only an answer has usage.
      tooLong: (begin) => usage && lineUse(begin) === 'answer' && this.#sink.skipped('line too long'),
    };
  }

  #takeUsage(line: Json): void {
    const row = usageIn(line, this.#place());
    if (row) this.#sink.usage(row);
  }

  #place() {
    const { sessionId, subagentId, writtenAt } = this;
    return { sessionId, subagentId, cleared: this.#cleared, writtenAt };
  }
}
