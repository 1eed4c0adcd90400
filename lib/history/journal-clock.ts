/**
 * The times under which the journal records. Two kinds of irregularity become facts of their own: a period in which
 * nobody read the files, and a clock that was set back.
 */
import type Database from 'better-sqlite3';
import { knownSince } from './snapshots';
import { EVERYTHING, type Spans } from './spans';

/** Files are read once a second: after a longer gap the machine had slept, or its clock was set. */
const MAX_REFRESH_GAP_MS = 10_000;

/** The log is read once a second and its messages are published at once: older ones cannot be missing. */
const MAX_LOG_DELAY_MS = 2000;
const NOT_READ = 'The dashboard did not read the files: the machine slept, was busy, or its clock was set ahead.';

/** A time to journal under. */
export interface ClockStep {
  /** Milliseconds since 1970. */
  at: number;
  /** Whether all spans were cut, so that each thing must begin a new one. */
  again: boolean;
}

export class JournalClock {
  readonly #db: Database.Database;
  readonly #spans: Spans;
  readonly #insert;
  #refreshedAt: number;
  /** Until when the log was read, as far as is known. */
  #logReadAt: number;
  /** When this life of the journal first read the files. */
  #bornAt: number | null = null;
  /** Ends of the periods that a clock rewind made occur twice, those still to come. */
  #rewoundUntil: number[];

  /** @param refreshedAt when the files were last known to be read, milliseconds since 1970 */
  constructor(db: Database.Database, spans: Spans, refreshedAt: number) {
    this.#db = db;
    this.#spans = spans;
    // An entry without content: see `#enterNothing`.
    this.#insert = db.prepare("INSERT INTO journal (at, kind, subject, body) VALUES (?, 'server', 'clock', NULL)");
    this.#refreshedAt = refreshedAt;
    this.#logReadAt = refreshedAt;
    this.#rewoundUntil = spans.rewoundUntil(refreshedAt);
  }

  /** When the files were last known to be read, milliseconds since 1970. */
  get refreshedAt(): number {
    return this.#refreshedAt;
  }

  /** Until when the log was read, milliseconds since 1970. */
  get logReadAt(): number {
    return this.#logReadAt;
  }

  /**
   * Begins a life of the journal after an earlier one: everything is unknown from the end of that one. Call it within a
   * transaction.
   *
   * @param reason a sentence: why nobody has read the files since
   */
  beginUnknown(now: number, reason: string): void {
    this.#spans.endAllUnseen(this.#refreshedAt);
    if (now < this.#refreshedAt - MAX_REFRESH_GAP_MS) this.#rewind(now);
    if (this.#spans.isOpen('unknown', EVERYTHING)) return;
    const content = { agent: '', path: '', value: EVERYTHING, detail: reason };
    this.#spans.become('unknown', EVERYTHING, content, this.#refreshedAt);
  }

  /** Notes the time of the first update. */
  born(at: number): void {
    this.#bornAt ??= at;
  }

  /**
   * Takes the time of a refresh. A small step back is ignored; a large step in either direction is a period in which
   * nobody read the files.
   */
  advance(at: number): ClockStep {
    const before = this.#refreshedAt;
    if (at < before && at >= before - MAX_REFRESH_GAP_MS) return { at: before, again: false };
    // What a life finds at its beginning happened before it.
    const isYoung = this.#bornAt === null || before < this.#bornAt + MAX_REFRESH_GAP_MS;
    if (!isYoung) this.#logReadAt = before - MAX_LOG_DELAY_MS;
    const unknown = this.#spans.isOpen('unknown', EVERYTHING);
    if ((at >= before && at <= before + MAX_REFRESH_GAP_MS) || unknown) {
      this.#moveTo(at);
      return { at, again: false };
    }
    this.#spans.endAllUnseen(before);
    if (at < before) this.#rewind(at);
    else {
      this.#spans.addUnknown(EVERYTHING, NOT_READ, before, at);
      this.#bornAt = at;
      this.#moveTo(at);
    }
    return { at, again: true };
  }

  /** At the end of a rewound period its first pass has the latest entries; one more makes the second pass the newer. */
  #moveTo(at: number): void {
    this.#refreshedAt = at;
    for (let end = this.#rewoundUntil[0]; end !== undefined && end < at; end = this.#rewoundUntil[0]) {
      this.#rewoundUntil.shift();
      this.#enterNothing(end + 1);
    }
  }

  /** The clock was set back: entries from now on lie between earlier ones, and take precedence over them. */
  #rewind(at: number): void {
    const before = this.#refreshedAt;
    this.#refreshedAt = at;
    this.#logReadAt = at;
    if (this.#bornAt !== null) this.#bornAt = at;
    this.#spans.end('unknown', EVERYTHING, before, 'changed');
    this.#spans.rewind(at, before, knownSince(this.#db) ?? before);
    this.#rewoundUntil = this.#spans.rewoundUntil(at);
    this.#enterNothing(at);
  }

  /** Makes sure that the entry with the latest time is also the newest one, which decides the state at that time. */
  #enterNothing(at: number): void {
    this.#insert.run(at);
  }
}
