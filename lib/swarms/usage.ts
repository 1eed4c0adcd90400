/** Tokens and cost of the agents of one swarm: publishes what the recorder has summed up, and reads own prices. */
import type { UsageState } from '../contract/claude-schemas';
import { NO_USAGE } from '../contract/defaults';
import { log } from '../platform/log';
import type { Questions } from '../queries/questions';
import type { UsageEvent } from '../recorder/events';
import { type ReaderStatus, statusAfter } from '../sources/source-status';
import type { RecorderHandle } from '../workers/workers';
import type { OwnPrices } from './own-prices';

/** The name that the page shows for the file of own prices. */
const FILE = 'CLAUDE_PRICES';

type Progress = UsageState['progress'];

interface Options {
  prices: OwnPrices;
  /** The zone of days and hours. */
  zone: string;
  recorder: Pick<RecorderHandle, 'setOwnPrices'>;
  publish: (usage: UsageState) => void;
}

export class SwarmUsage {
  readonly #options: Options;
  #usage: UsageEvent['usage'] = NO_USAGE;
  #progress: Progress = null;
  #contextWindows: ReadonlyMap<string, number> = new Map();
  #file: ReaderStatus = { state: 'ok', reason: null, since: 0, keptFrom: null, skipped: [] };

  constructor(options: Options) {
    this.#options = options;
  }

  get state(): UsageState {
    return { ...this.#usage, progress: this.#progress };
  }

  /** The file of own prices as a source that is readable or not. */
  get sources(): Record<string, ReaderStatus> {
    return { [FILE]: this.#file };
  }

  /** @returns how many tokens the context of a model can hold; null if that is not known */
  contextWindow(model: string): number | null {
    return this.#contextWindows.get(model) ?? null;
  }

  /** Takes new sums. */
  take({ usage, contextWindows }: UsageEvent): void {
    this.#usage = usage;
    this.#contextWindows = new Map(contextWindows);
    this.#options.publish(this.state);
  }

  /** Takes how much of the transcripts has been read; null once they are read. */
  setProgress(progress: Progress): void {
    this.#progress = progress;
    this.#options.publish(this.state);
  }

  /** @returns a question about usage with what the thread that answers does not know */
  complete(query: Questions['usage']['query']): Questions['usage']['query'] {
    const { unknown_models } = this.#usage;
    return { ...query, zone: this.#options.zone, progress: this.#progress, unknownModels: unknown_models };
  }

  /**
   * Reads the own prices again if they have changed.
   *
   * @returns whether the attention items may differ because of it
   */
  refresh(): boolean {
    const { prices, recorder } = this.#options;
    if (prices.refresh()) {
      recorder.setOwnPrices(prices.all);
      log().info({ models: prices.all.length }, `${FILE} was read again.`);
    }
    const { fault } = prices;
    const state = fault === null ? ('ok' as const) : ('unreadable' as const);
    const status = statusAfter(this.#file, { state, reason: fault, keptFrom: null, skipped: [] }, Date.now());
    if (status === this.#file) return false;
    this.#file = status;
    if (fault !== null) log().warn(fault);
    return true;
  }
}
