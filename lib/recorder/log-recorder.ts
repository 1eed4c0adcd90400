/** Reads the message log batch by batch and commits each batch to the history, together with the place after it. */
import type { History, KeptMessage } from '../history/history';
import type { LogLine } from '../sources/claudeswarm/log-line';
import { type LogBatch, type LogCheckpoint, type LogLosses, MessageLog } from '../sources/claudeswarm/message-log';
import { committedCheckpoint } from './checkpoint';
import { logCondition } from './conditions';
import type { LogCondition } from './events';
import { lastAlive } from './journal-life';
import type { RetentionClock } from './retention-clock';
import { noteFirstGeneration } from './root-identity';

const NO_LOSSES: LogLosses = { gaps: 0, skipped: {} };

/** What one batch has added to the history. */
export interface CommittedBatch {
  kept: KeptMessage[];
  /** The fields of each of them. */
  fields: readonly LogLine['fields'][];
  /** There is more to read now. */
  more: boolean;
}

export class LogRecorder {
  readonly #root: string;
  readonly #now: () => number;
  #history!: History;
  /** Null in a process that only follows. */
  #log: MessageLog | null = null;
  /** Why the log can't be read, a sentence; null if it can. */
  #fault: string | null = null;
  /** When this process last read the log to its end, milliseconds since 1970. */
  #readAt: number | null = null;
  /** What the database must still contain, as JSON: otherwise another process records as well. */
  #lastCheckpoint: string | null = null;
  #gapsAtStart = 0;

  /**
   * @param root absolute path of the project
   * @param now milliseconds since 1970
   */
  constructor(root: string, now: () => number) {
    this.#root = root;
    this.#now = now;
  }

  /** Whether this process records: false in one that only follows. */
  get isRecording(): boolean {
    return this.#log !== null;
  }

  /** When an unfinished last line may count as a line, milliseconds since 1970; infinity if there is none. */
  get settlesAt(): number {
    return this.#log?.status().settlesAt ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Follows a history that another process records. Losses from before are no news.
   *
   * @param checkpoint the one that the history contains
   */
  follow(history: History, checkpoint: LogCheckpoint | null): void {
    this.close();
    this.#history = history;
    this.#gapsAtStart = checkpoint?.gaps ?? 0;
  }

  /**
   * Records from a checkpoint on.
   *
   * @param checkpoint the one that the history contains
   * @throws what SQLite throws
   */
  record(history: History, checkpoint: LogCheckpoint | null): void {
    this.follow(history, checkpoint);
    this.#lastCheckpoint = checkpoint && JSON.stringify(checkpoint);
    if (checkpoint) noteFirstGeneration(history, checkpoint);
    this.#open(checkpoint);
  }

  /**
   * Reads and commits one batch.
   *
   * @param clock gives the instant from which the age of the messages counts
   * @returns `superseded`, and nothing is committed, if another process has recorded meanwhile
   * @throws what SQLite throws; then the batch is read again from the last commit
   */
  readOn(clock: RetentionClock): CommittedBatch | 'superseded' {
    const batch = this.#log && this.#readBatch(this.#log);
    if (!batch) return { kept: [], fields: [], more: false };
    const { lines, more } = batch;
    const checkpoint = JSON.stringify(batch.checkpoint);
    if (lines.length === 0 && checkpoint === this.#lastCheckpoint) return { kept: [], fields: [], more };
    const now = this.#now();
    const recordedAt = Math.round(clock.read(now));
    const kept = this.#history.append(lines, checkpoint, now, this.#lastCheckpoint, recordedAt);
    if (kept === null) return 'superseded';
    if (this.#lastCheckpoint === null) noteFirstGeneration(this.#history, batch.checkpoint);
    this.#lastCheckpoint = checkpoint;
    return { kept, fields: lines.map(({ fields }) => fields), more };
  }

  /**
   * Reads the log again from a checkpoint before the present one.
   *
   * @param isDropped whether a line that is not recorded was rightly deleted
   * @throws what SQLite throws
   */
  readAgain(checkpoint: LogCheckpoint, isDropped: (line: LogLine) => boolean): void {
    this.#lastCheckpoint = JSON.stringify(checkpoint);
    this.#history.append([], this.#lastCheckpoint, this.#now());
    this.#log?.close();
    this.#open(checkpoint, isDropped);
  }

  /**
   * @returns how the log is, in the words of the API
   * @throws {HistoryFault} in a process that follows, if the history is damaged
   */
  condition(): LogCondition {
    const losses = this.#log?.losses() ?? committedCheckpoint(this.#history) ?? NO_LOSSES;
    return logCondition(this.#log, losses, this.#fault, this.#gapsAtStart);
  }

  /** Closes the files of the log. */
  close(): void {
    this.#log?.close();
    this.#log = null;
  }

  #open(checkpoint: LogCheckpoint | null, isDropped: (line: LogLine) => boolean = () => false): void {
    const { copiesOf } = this.#history;
    const recorded = (line: LogLine) => (isDropped(line) ? Number.POSITIVE_INFINITY : copiesOf(line));
    const readAt = this.#readAt ?? lastAlive(this.#history);
    this.#log = new MessageLog({ root: this.#root, checkpoint, recorded, readAt, now: this.#now });
  }

  /** @returns null if the disk or network share fails: the next call reads again from the last commit */
  #readBatch(log: MessageLog): LogBatch | null {
    try {
      const batch = log.read();
      this.#fault = null;
      if (!batch.more) this.#readAt = this.#now();
      return batch;
    } catch (error) {
      if (isFromSqlite(error)) throw error;
      this.#fault = `agent_messages.log can't be read (${(error as Error).message}).`;
      log.close();
      this.#open(committedCheckpoint(this.#history));
      return null;
    }
  }
}

function isFromSqlite(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && code.startsWith('SQLITE_');
}
