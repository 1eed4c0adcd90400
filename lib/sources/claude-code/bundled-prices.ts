/**
 * The prices that come with `@pydantic/genai-prices`; nothing is read from the network. Loading the package takes 40 ms
 * and 20 MB: import this module only in a thread that ends afterwards.
 */
import { calcPrice, findProvider, type ModelPrice } from '@pydantic/genai-prices';
import type { ModelPrices, PricesFrom, TokenPrice } from './model-prices';

const MAKER = 'anthropic';
/** Names of the same models at other providers, such as `us.anthropic.claude-opus-5` and `claude-opus-5@20260101`. */
const ELSEWHERE: readonly (readonly [pattern: RegExp, provider: string])[] = [
  [/(?:^|\.)anthropic\./, 'aws'],
  [/@\d{8}$/, 'google'],
];

/** @returns the prices of a model by its name in the answers of the API; null if the package does not know it */
export function bundledPrices(model: string): ModelPrices | null {
  const providers = [MAKER, ...ELSEWHERE.filter(([pattern]) => pattern.test(model)).map(([, provider]) => provider)];
  for (const providerId of providers) {
    if (!findProvider({ providerId })) continue;
    const found = calcPrice({}, model, { providerId })?.model;
    const periods = found && periodsFrom(found.prices);
    if (found && periods) return { contextWindow: found.context_window ?? null, periods };
  }
  return null;
}

type Prices = NonNullable<ReturnType<typeof calcPrice>>['model']['prices'];

/** @returns null for prices that depend on something else than the date, or lack one for input or output */
function periodsFrom(prices: Prices): PricesFrom[] | null {
  if (!Array.isArray(prices)) {
    const only = pricesFrom(prices, 0);
    return only && [only];
  }
  const periods: PricesFrom[] = [];
  for (const { constraint, prices: these } of prices) {
    if (constraint && constraint.type !== 'start_date') return null;
    const period = pricesFrom(these, constraint ? Date.parse(constraint.start_date) : 0);
    if (period === null) return null;
    periods.push(period);
  }
  return periods.length > 0 ? periods.sort((one, other) => one.from - other.from) : null;
}

/** A kind of token without a price of its own costs what the wider kind costs, as the package calculates it. */
function pricesFrom(prices: ModelPrice, from: number): PricesFrom | null {
  const { input_mtok, output_mtok, cache_read_mtok, cache_write_mtok, cache_write_1h_mtok } = prices;
  const [input, output] = [tokenPrice(input_mtok), tokenPrice(output_mtok)];
  if (input === null || output === null) return null;
  const cacheWrite5m = tokenPrice(cache_write_mtok) ?? input;
  return {
    ...{ from, input, output, cacheWrite5m },
    cacheRead: tokenPrice(cache_read_mtok) ?? input,
    cacheWrite1h: tokenPrice(cache_write_1h_mtok) ?? cacheWrite5m,
  };
}

function tokenPrice(price: ModelPrice[string]): TokenPrice | null {
  if (price === undefined) return null;
  if (typeof price === 'number') return { base: price, tiers: [] };
  const tiers = price.tiers.map(({ start, price: above }) => ({ start, price: above }));
  return { base: price.base, tiers: tiers.sort((one, other) => one.start - other.start) };
}
