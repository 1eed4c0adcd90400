/** The sums of usage that are published: today and since the history began, by agent. */
import type { UsageState } from '../contract/claude-schemas';
import type { History } from '../history/history';
import {
  type AgentSums,
  addSums,
  emptySums,
  type UsageSums,
  usageBetween,
  usageSumOf,
  usageTotals,
} from '../history/usage-sums';
import type { ModelPrices } from '../sources/claude-code/model-prices';
import { startOfDay, startOfNextDay } from '../sources/claudeswarm/zone-days';
import type { UsageEvent } from './events';

const MAX_AGENTS = 200;
const MAX_TOTALS = 1000;
const MAX_MODELS = 100;
/** The agent of the row that has the rest. */
const OTHER = 'other';

interface OfAgent {
  id: string;
  today: UsageSums;
  sinceStart: UsageSums;
}

export class UsageFigures {
  readonly #zone: string;
  /** When the day began that the last figures count; milliseconds since 1970. */
  #dayStart = Number.NaN;
  #published = '';

  /** @param zone in which days begin */
  constructor(zone: string) {
    this.#zone = zone;
  }

  /** @returns whether another day has begun since the last figures */
  dayHasEnded(now: number): boolean {
    return startOfDay(this.#zone, now) !== this.#dayStart;
  }

  /**
   * Reads the figures, from running sums.
   *
   * @param now milliseconds since 1970
   * @param pricesOf returns null for a model without a known price, undefined before that is known
   * @returns null if they are the same as those of the last call
   * @throws what SQLite throws
   */
  changed(
    { db }: Pick<History, 'db'>,
    now: number,
    pricesOf: (model: string) => ModelPrices | null | undefined,
  ): UsageEvent | null {
    this.#dayStart = startOfDay(this.#zone, now);
    const totals = usageTotals(db);
    const today = usageBetween(db, this.#dayStart, startOfNextDay(this.#zone, now));
    const usage = usageState(today, totals, (model) => pricesOf(model) === null);
    const models = [...new Set(totals.map(({ model }) => model))];
    const contextWindows = models.flatMap((model): [string, number][] => {
      const tokens = pricesOf(model)?.contextWindow ?? null;
      return tokens === null ? [] : [[model, tokens]];
    });
    const event: UsageEvent = { type: 'usage', usage, totals: largestTotals(totals), contextWindows };
    const published = JSON.stringify(event);
    if (published === this.#published) return null;
    this.#published = published;
    return event;
  }
}

function usageState(
  today: readonly AgentSums[],
  totals: readonly AgentSums[],
  isUnknown: (model: string) => boolean,
): UsageEvent['usage'] {
  const agents = new Map<string, OfAgent>();
  const [sumToday, sumSinceStart] = [emptySums(), emptySums()];
  const agent = (id: string) => {
    const known = agents.get(id) ?? { id, today: emptySums(), sinceStart: emptySums() };
    agents.set(id, known);
    return known;
  };
  for (const row of totals) {
    addSums(agent(row.agent).sinceStart, row);
    addSums(sumSinceStart, row);
  }
  for (const row of today) {
    addSums(agent(row.agent).today, row);
    addSums(sumToday, row);
  }
  const unknown = totals.filter(({ model, unpriced_tokens }) => unpriced_tokens > 0 && isUnknown(model));
  return {
    estimated: true,
    today: usageSumOf(sumToday),
    since_start: usageSumOf(sumSinceStart),
    agents: listedAgents([...agents.values()]),
    unknown_models: [...new Set(unknown.map(({ model }) => model))].sort().slice(0, MAX_MODELS),
  };
}

function listedAgents(agents: readonly OfAgent[]): UsageState['agents'] {
  return agents
    .filter(({ id }) => id !== '')
    .sort((one, other) => other.today.cost - one.today.cost || other.sinceStart.cost - one.sinceStart.cost)
    .slice(0, MAX_AGENTS)
    .map(({ id, today, sinceStart }) => ({ id, today: usageSumOf(today), since_start: usageSumOf(sinceStart) }));
}

function largestTotals(totals: readonly AgentSums[]): AgentSums[] {
  if (totals.length <= MAX_TOTALS) return [...totals];
  const sorted = [...totals].sort((one, other) => other.messages - one.messages);
  const rest = { agent: OTHER, model: OTHER, ...emptySums() };
  for (const row of sorted.slice(MAX_TOTALS - 1)) addSums(rest, row);
  return [...sorted.slice(0, MAX_TOTALS - 1), rest];
}
