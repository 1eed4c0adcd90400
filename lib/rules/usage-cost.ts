/** What the tokens of one answer cost. An estimate: discounts and subscriptions are not known. */
import type { ClaudeUsage } from '../sources/claude-code/claude-session';
import type { ModelPrices, TokenPrice } from '../sources/claude-code/model-prices';

const MILLION = 1_000_000;

type Tokens = Pick<ClaudeUsage, 'at' | 'input' | 'output' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h'>;

/** @returns US dollars, by the prices that were valid at the time of the answer */
export function usageCost(usage: Tokens, { periods }: ModelPrices): number {
  const period = periods.findLast(({ from }) => from <= usage.at) ?? periods[0];
  if (!period) throw new RangeError('A model with prices has at least one period.');
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = usage;
  const inputTokens = input + cacheRead + cacheWrite5m + cacheWrite1h;
  const cost = (tokens: number, price: TokenPrice) => tokens * priceAt(price, inputTokens);
  const sum =
    cost(input, period.input) +
    cost(output, period.output) +
    cost(cacheRead, period.cacheRead) +
    cost(cacheWrite5m, period.cacheWrite5m) +
    cost(cacheWrite1h, period.cacheWrite1h);
  return sum / MILLION;
}

function priceAt({ base, tiers }: TokenPrice, inputTokens: number): number {
  return tiers.findLast(({ start }) => inputTokens > start)?.price ?? base;
}
