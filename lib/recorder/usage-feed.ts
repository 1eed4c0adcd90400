/**
 * Connects the usage that transcripts report to the open history: finds prices, records each answer once, and publishes
 * the sums. Every process on a history records what it reads; the history counts each answer once.
 */
import type { History } from '../history/history';
import { Usage } from '../history/usage';
import { usageCost } from '../rules/usage-cost';
import type { ClaudeUsage, TranscriptMark } from '../sources/claude-code/claude-session';
import { type ModelPrices, type OwnPrice, ownPriceFor, type PricesByModel } from '../sources/claude-code/model-prices';
import { processZone } from '../sources/claudeswarm/naive-time';
import type { RecorderEvent, RecorderOptions } from './events';
import type { Guard } from './history-keeper';
import { LastRun } from './last-run';
import { UsageFigures } from './usage-figures';

/** Slightly less than from one heartbeat of the main thread to the next. */
const PUBLISH_INTERVAL_MS = 900;
const CHECK_MODELS_INTERVAL_MS = 60_000;
const MAX_PRICED_PER_STEP = 500;
const MAX_PRUNED_PER_STEP = 5000;
const MAX_KEPT = 1_000_000;
const MAX_KEPT_IN_MEMORY = 100_000;

/** The tokens of one answer and the agent that got it, null if that is not known. */
export type AgentUsage = ClaudeUsage & { agentId: string | null };

/** Finds the prices of models. May start a thread for it. */
export type LookUpPrices = (models: readonly string[]) => Promise<PricesByModel>;

interface Batch {
  rows: readonly AgentUsage[];
  marks: readonly TranscriptMark[];
}

interface Options extends Pick<RecorderOptions, 'zone' | 'ownPrices'> {
  lookUpPrices: LookUpPrices;
  publish: (event: RecorderEvent) => void;
  /** Runs what uses the database. */
  guard: Guard;
  /** Milliseconds since 1970. */
  now: () => number;
}

export class UsageFeed {
  readonly #options: Options;
  readonly #figures: UsageFigures;
  readonly #lastPublished: LastRun;
  readonly #lastModelCheck: LastRun;
  #own: readonly OwnPrice[];
  /** Prices that were looked up. */
  readonly #bundled = new Map<string, ModelPrices | null>();
  #lookingUp: Promise<void> | null = null;
  /** The last look-up failed: answers are recorded without a price, and get one later. */
  #failed = false;
  /** Not committed yet. */
  #batches: Batch[] = [];
  #history: History | null = null;
  #usage: Usage | null = null;
  #records = false;
  #dataVersion: unknown = null;
  #isDue = true;
  /** Answers without a cost may have a price now. */
  #priceable = true;

  constructor(options: Options) {
    const { zone, now, ownPrices = [] } = options;
    this.#options = options;
    this.#own = ownPrices;
    this.#figures = new UsageFigures(zone ?? processZone());
    this.#lastPublished = new LastRun(now);
    this.#lastModelCheck = new LastRun(now);
  }

  /**
   * Continues with a history. What is not committed yet is committed there.
   *
   * @param records whether this process records in it
   * @throws what SQLite throws; then nothing has changed here
   */
  begin(history: History, records: boolean): void {
    this.#usage = new Usage(history.db);
    this.#history = history;
    this.#records = records;
    this.#dataVersion = null;
    this.#isDue = true;
    this.#priceable = true;
  }

  /** Records usage and how far transcripts were read; waits for the prices of models that are new. */
  take(rows: readonly AgentUsage[], marks: readonly TranscriptMark[]): void {
    this.#batches.push({ rows, marks });
    this.#advance();
  }

  /** Replaces the own prices. Answers that have a cost keep it. */
  setOwnPrices(own: readonly OwnPrice[]): void {
    this.#own = own;
    this.#priceable = true;
    this.#lastModelCheck.note();
    this.#checkModels();
    this.#advance();
  }

  /**
   * Drops old answers.
   *
   * @param before milliseconds since 1970
   * @returns the number of dropped answers
   */
  prune(before: number, inMemory: boolean): number {
    return this.#usage?.prune(before, inMemory ? MAX_KEPT_IN_MEMORY : MAX_KEPT, MAX_PRUNED_PER_STEP) ?? 0;
  }

  /** Drops what is not committed: the transcripts are read again from their marks. */
  stop(): void {
    this.#history = null;
    this.#usage = null;
    this.#batches = [];
  }

  /** Does what is due by time. Cheap while nothing has changed. */
  maintain(): void {
    if (this.#lastModelCheck.claim(CHECK_MODELS_INTERVAL_MS)) this.#checkModels();
    if (this.#batches.length > 0) this.#advance();
    if (this.#records) this.#priceStep();
    const version = this.#history?.db.pragma('data_version', { simple: true });
    if (version !== this.#dataVersion || this.#figures.dayHasEnded(this.#options.now())) this.#isDue = true;
    this.#dataVersion = version;
    this.#publishSometimes();
  }

  #advance(): void {
    if (!this.#failed) {
      const models = new Set(this.#batches.flatMap(({ rows }) => rows.map(({ model }) => model)));
      this.#lookUp([...models].filter((model) => this.#pricesOf(model) === undefined));
      if (this.#lookingUp !== null) return;
    }
    this.#commit();
    this.#publishSometimes();
  }

  #commit(): void {
    while (this.#batches[0] && this.#usage) {
      const { rows, marks } = this.#batches[0];
      const entries = rows.map((row) => {
        const prices = this.#pricesOf(row.model);
        return { ...row, cost: prices ? usageCost(row, prices) : null };
      });
      if (this.#usage.record(entries, marks, this.#options.now()) > 0) this.#isDue = true;
      this.#batches.shift();
    }
  }

  /** @returns undefined for a model that was not looked up yet */
  #pricesOf(model: string): ModelPrices | null | undefined {
    return ownPriceFor(this.#own, model) ?? this.#bundled.get(model);
  }

  #lookUp(models: readonly string[]): void {
    if (models.length === 0 || this.#lookingUp !== null) return;
    const { lookUpPrices, publish, guard } = this.#options;
    this.#lookingUp = lookUpPrices(models)
      .then(
        (found) => {
          this.#failed = false;
          for (const model of models) this.#bundled.set(model, found.get(model) ?? null);
          publish({ type: 'prices', fault: null });
        },
        (error: unknown) => {
          this.#failed = true;
          publish({ type: 'prices', fault: `The prices of models could not be loaded: ${error}` });
        },
      )
      .finally(() => {
        this.#lookingUp = null;
        this.#isDue = true;
        this.#priceable = true;
        guard(() => this.#advance());
      });
  }

  /** Looks up the models of earlier answers: the package or the own prices may know more of them now. */
  #checkModels(): void {
    const models = this.#usage?.models() ?? [];
    this.#lookUp(models.filter((model) => this.#pricesOf(model) === undefined));
  }

  /** Gives a cost to some answers that were recorded without one. */
  #priceStep(): void {
    if (!this.#priceable) return;
    for (const model of this.#usage?.unpricedModels() ?? []) {
      const prices = this.#pricesOf(model);
      if (!prices) continue;
      this.#usage?.price(model, (tokens) => usageCost(tokens, prices), MAX_PRICED_PER_STEP);
      this.#isDue = true;
      return;
    }
    this.#priceable = false;
  }

  #publishSometimes(): void {
    if (!this.#isDue || !this.#history || !this.#lastPublished.claim(PUBLISH_INTERVAL_MS)) return;
    this.#isDue = false;
    const event = this.#figures.changed(this.#history, this.#options.now(), (model) => this.#pricesOf(model));
    if (event) this.#options.publish(event);
  }
}
