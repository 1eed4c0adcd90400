/**
 * The persistent history of one swarm: every message with its `seq`, the position in the log up to which it was read,
 * and an index over the messages. All methods are synchronous and may block on the disk: use a thread of its own.
 */
import type Database from 'better-sqlite3';
import { AddressedMessages } from './addressed-messages';
import { RowVisitor } from './columns/row-visitor';
import { SpanColumns } from './columns/span-columns';
import { newEpoch, openDatabase } from './database';
import { fileIdentity } from './database-files';
import { EarlierLocks } from './earlier-locks';
import type { KeptMessage, Line, MessageRow } from './kept-message';
import { LiveSummary } from './live-summary';
import { MessagePruner, type Retention } from './message-pruner';
import { MessageReader, type Page, type PageQuery } from './message-reader';
import { MessageTimes } from './message-times';
import { type AppendedTeam, MessageWriter, type TeamKey, type TeamLine, type UnjudgedMessage } from './message-writer';
import { Meta } from './meta';
import type { ReadTime } from './read-time';
import { Retimer } from './retimer';
import type { Summary } from './summary';

export type { KeptMessage, Line, Retention };

export class History {
  readonly file: string;
  readonly db: Database.Database;
  readonly times: MessageTimes;
  readonly spans: SpanColumns;
  readonly earlierLocks: EarlierLocks;
  readonly addressed: AddressedMessages;
  readonly #meta: Meta;
  readonly #reader: MessageReader;
  readonly #writer: MessageWriter;
  readonly #pruner: MessagePruner;
  readonly #summary: LiveSummary;
  readonly #retimer: Retimer;
  #epoch: string;
  #dataVersion: unknown = null;

  /**
   * Opens the history, and creates it unless it exists or `readonly` is set.
   *
   * @param file absolute path, or ':memory:'
   * @param options.readTime reads the timestamps of messages; without it no message has a time
   * @throws {HistoryFault}
   */
  constructor(file: string, options: { readonly?: boolean; readTime?: ReadTime } = {}) {
    const readTime = options.readTime ?? (() => null);
    this.file = file;
    this.db = openDatabase(file, options);
    this.#meta = new Meta(this.db);
    this.#reader = new MessageReader(this.db);
    this.#summary = new LiveSummary(this.db, this.#meta);
    this.#writer = new MessageWriter(this.db, this.#meta, this.#summary, readTime);
    this.#pruner = new MessagePruner(this.db, this.#meta);
    this.#retimer = new Retimer(this.db, readTime);
    const visitor = new RowVisitor(this.db);
    this.times = new MessageTimes(this.db, visitor);
    this.spans = new SpanColumns(this.db, visitor);
    this.earlierLocks = new EarlierLocks(this.db);
    this.addressed = new AddressedMessages(this.db);
    this.#epoch = this.#meta.read('epoch') ?? '';
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** @returns whether another process has changed the database since the last call; cheap enough for a short poll */
  changedElsewhere(): boolean {
    const version = this.db.pragma('data_version', { simple: true });
    const changed = version !== this.#dataVersion;
    this.#dataVersion = version;
    if (changed) this.#epoch = this.#meta.read('epoch') ?? '';
    return changed;
  }

  /** Returns the memory of cached pages to the system: a first reading of transcripts fills the cache for good. */
  releaseMemory(): void {
    this.db.pragma('shrink_memory');
  }

  /** The newest `seq` ever given; 0 before the first. */
  head(): number {
    return this.#reader.head();
  }

  /** The oldest kept `seq`; the next one to be given if no message is kept. */
  oldest(): number {
    return this.#reader.oldest();
  }

  /** When the newest message was recorded, milliseconds since 1970; null if none is kept. */
  lastRecordedAt(): number | null {
    return this.#reader.lastRecordedAt();
  }

  /** @returns the JSON that the last append was given; null before the first */
  checkpoint(): string | null {
    return this.#meta.read('checkpoint');
  }

  /** @returns the owner as JSON; null if there is none */
  owner(): string | null {
    return this.#meta.read('root');
  }

  /** Sets the owner, given as JSON, unless there is one. */
  claim(owner: string): void {
    this.#meta.claim('root', owner);
  }

  /** Sets the owner, given as JSON. */
  setOwner(owner: string): void {
    this.#meta.write('root', owner);
  }

  /** Whether messages were deleted by age after a jump of the clock, so that they may not have been old. */
  agedByJump(): boolean {
    return this.#meta.read('aged_by_jump') === '1';
  }

  noteAgedByJump(aged: boolean): void {
    this.#meta.write('aged_by_jump', aged ? '1' : '0');
  }

  /** @returns the JSON that `keepUnresolved` was given last; null before the first call */
  readUnresolved(): string | null {
    return this.#meta.read('open_matters');
  }

  /** Stores the unresolved messages that the recorder knows, as JSON. */
  keepUnresolved(json: string): void {
    this.#meta.write('open_matters', json);
  }

  /** @returns the JSON that `keepLives` was given last; null before the first call */
  lives(): string | null {
    return this.#meta.read('lives');
  }

  /** Stores which agents had which ids, as JSON. */
  keepLives(json: string): void {
    this.#meta.write('lives', json);
  }

  /** The number of kept messages of the log with exactly this line. */
  copiesOf = (line: Line): number => this.#writer.copiesOf(line);

  /**
   * Records lines, and the checkpoint that follows them, in one transaction.
   *
   * @param checkpoint JSON of the position in the log at which reading continues
   * @param now milliseconds since 1970
   * @param before appends only if this is still the current checkpoint; not checked if left out
   * @param recordedAt the instant from which the age of the messages counts, by the clock of the retention
   * @returns the messages with their `seq`; null if another process has appended since `before`, and then nothing is
   *   recorded
   */
  append(lines: readonly Line[], checkpoint: string, now: number): KeptMessage[];
  append(
    lines: readonly Line[],
    checkpoint: string,
    now: number,
    before: string | null,
    recordedAt: number,
  ): KeptMessage[] | null;
  append(
    lines: readonly Line[],
    checkpoint: string,
    now: number,
    before?: string | null,
    recordedAt = now,
  ): KeptMessage[] | null {
    this.#summary.startCounting(now);
    return this.#writer.append(lines, checkpoint, recordedAt, before);
  }

  /**
   * Records messages of agent teams, in one transaction with the keys by which each is recorded only once.
   *
   * @param now milliseconds since 1970
   * @param recordedAt the instant from which the age of the messages counts, by the clock of the retention
   * @returns those that are new, with their `seq`, and the fields of each
   */
  appendTeam(messages: readonly TeamLine[], now: number, recordedAt: number): AppendedTeam {
    this.#summary.startCounting(now);
    return this.#writer.appendTeam(messages, recordedAt);
  }

  /** @returns the newest of the keys by which messages of teams are recorded once */
  teamKeys(limit: number): TeamKey[] {
    return this.#writer.teamKeys(limit);
  }

  /** Takes keys of another history, whose messages are here too. */
  keepTeamKeys(keys: readonly TeamKey[]): void {
    this.#writer.keepTeamKeys(keys);
  }

  /** @returns the messages of the last append from whose fields nothing could be derived, each once */
  takeUnjudged(): UnjudgedMessage[] {
    return this.#writer.takeUnjudged();
  }

  /**
   * @param characters the message whose line reaches this many characters in total is the last one
   * @returns the messages that follow a `seq`, oldest first
   */
  after(seq: number, limit: number, characters = Number.POSITIVE_INFINITY): KeptMessage[] {
    return this.#reader.after(seq, limit, characters);
  }

  /** @returns the newest messages, oldest first */
  newest(limit: number): KeptMessage[] {
    return this.#reader.newest(limit);
  }

  /** @returns the newest messages as they were recorded, oldest first */
  newestRows(limit: number): MessageRow[] {
    return this.#reader.newestRows(limit);
  }

  /** @returns one page of the matching messages, oldest first */
  page(query: PageQuery): Page {
    return this.#reader.page(query);
  }

  /** @returns names of senders; the one whose first message is newest comes first */
  senders(limit: number): string[] {
    return this.#reader.senders(limit);
  }

  /** @param now milliseconds since 1970 */
  summary(now: number): Summary {
    return this.#summary.at(now);
  }

  /**
   * Drops the oldest messages that exceed the retention.
   *
   * @param now milliseconds since 1970, by the clock of the retention; age counts from when a message was recorded
   * @param most upper bound of one call, so that it stays short
   * @returns the number of dropped messages
   */
  prune(retention: Retention, now: number, most: number): number {
    return this.#pruner.prune(retention, now, most);
  }

  /**
   * Stores the time zone in which timestamps are read. If it differs from the last one, the newest messages are read
   * again at once; `retime` must then be called for the older ones.
   *
   * @returns the previous zone if it was another one, else null
   */
  enterZone(zone: string): string | null {
    const before = this.#retimer.begin(zone, this.head());
    this.retime();
    return before;
  }

  /**
   * Reads the times of up to a thousand older messages again.
   *
   * @returns whether any were due, and whether more are
   */
  retime(): { due: boolean; more: boolean } {
    if (!this.#retimer.due) return { due: false, more: false };
    this.#summary.recount();
    return { due: true, more: this.#retimer.step() };
  }

  /**
   * Starts a new epoch if this file was restored from a copy: the numbers after the copy were already given once, to
   * other messages.
   *
   * @param lastSeen the head that this place was known to have before; null if unknown
   * @returns whether it was restored
   */
  renewIfRestored(lastSeen: number | null): boolean {
    const identity = fileIdentity(this.file);
    const known = this.#meta.read('file');
    const restored = (known !== null && known !== identity) || (lastSeen !== null && lastSeen > this.head());
    if (known === identity && !restored) return false;
    this.db.transaction(() => {
      if (identity !== null) this.#meta.write('file', identity);
      if (restored) this.#meta.write('epoch', newEpoch());
    })();
    this.#epoch = this.#meta.read('epoch') ?? '';
    return restored;
  }

  /** Takes the epoch of another history, whose messages are then added with their numbers. */
  takeOver(epoch: string): void {
    this.#meta.write('epoch', epoch);
    this.#epoch = epoch;
  }

  /** Writes a small value, to find out whether the database can be written. */
  probe(): void {
    this.#meta.write('probed', '1');
  }

  close(): void {
    this.db.close();
  }
}
