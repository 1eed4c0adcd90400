/** The counts of messages that the recorder's thread keeps, and whether they include the newest published message. */
import type { Summary } from '../history/summary';
import { QueryRefused } from '../queries/questions';

interface Options {
  /** The `seq` of the newest published message. */
  head: () => number;
  /** Asks the recorder's thread for the counts of this moment. */
  ask: () => Promise<Summary>;
}

export class MessageCounts {
  readonly #options: Options;
  #summary: Summary | null = null;
  /** The newest message that the summary certainly includes. */
  #countedUpTo = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The counts that came last, null before the first. */
  get summary(): Summary | null {
    return this.#summary;
  }

  /**
   * Takes counts. The recorder's thread sends counts and commits in one order, so these include every published
   * message.
   */
  take(summary: Summary): void {
    this.#summary = summary;
    this.#countedUpTo = this.#options.head();
  }

  /**
   * Asks for new counts if a message was published since the last ones, which arrive at a distance from each other.
   * While the recorder's thread is being restarted, the last counts stay.
   *
   * @throws whatever else goes wrong in that thread
   */
  async refresh(): Promise<void> {
    if (this.#countedUpTo >= this.#options.head()) return;
    try {
      this.take(await this.#options.ask());
    } catch (error) {
      if (!(error instanceof QueryRefused)) throw error;
    }
  }
}
