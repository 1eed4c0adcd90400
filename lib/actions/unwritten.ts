/** Ends of commands that could not be recorded yet: they are written as soon as the history can be written again. */
import type { ActionRecord } from '../contract/action-record';
import { log } from '../platform/log';

const RETRY_INTERVAL_MS = 2000;
const MAX_UNWRITTEN = 1000;

interface Unwritten {
  record: ActionRecord;
  onWritten: () => void;
}

export class UnwrittenEnds {
  readonly #write: (record: ActionRecord) => Promise<unknown>;
  readonly #retryMs: number;
  readonly #ends: Unwritten[] = [];
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;

  constructor(write: (record: ActionRecord) => Promise<unknown>, retryMs = RETRY_INTERVAL_MS) {
    this.#write = write;
    this.#retryMs = retryMs;
  }

  /** Keeps an end until it is written. Of more than a thousand the oldest are dropped, and logged. */
  add(record: ActionRecord, onWritten: () => void): void {
    this.#ends.push({ record, onWritten });
    if (this.#ends.length > MAX_UNWRITTEN) {
      const dropped = this.#ends.shift();
      dropped?.onWritten();
      log().error(
        { action: dropped?.record.action, outcome: dropped?.record.outcome },
        'end of a command not recorded',
      );
    }
    this.#plan();
  }

  /** Tries to write all of them once, in order. */
  async flush(): Promise<void> {
    this.#writing ??= this.#flush().finally(() => {
      this.#writing = null;
    });
    await this.#writing;
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #flush(): Promise<void> {
    for (let end = this.#ends[0]; end !== undefined; end = this.#ends[0]) {
      try {
        await this.#write(end.record);
      } catch {
        // The others come first next time, if it is the record that is at fault.
        this.#ends.push(...this.#ends.splice(this.#ends.indexOf(end), 1));
        return;
      }
      this.#ends.splice(this.#ends.indexOf(end), 1);
      end.onWritten();
    }
  }

  #plan(): void {
    this.#timer ??= setTimeout(async () => {
      await this.flush();
      this.#timer = null;
      if (this.#ends.length > 0) this.#plan();
    }, this.#retryMs).unref();
  }
}
