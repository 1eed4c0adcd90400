/** What the tokens of a model cost. Prices are in US dollars per million tokens. */

/** A price, and others that replace it once the input of one answer exceeds a number of tokens. */
export interface TokenPrice {
  base: number;
  /** In ascending order of `start`. */
  tiers: readonly { start: number; price: number }[];
}

/** The prices that are valid from a time on. */
export interface PricesFrom {
  /** Milliseconds since 1970. */
  from: number;
  input: TokenPrice;
  output: TokenPrice;
  cacheRead: TokenPrice;
  cacheWrite5m: TokenPrice;
  cacheWrite1h: TokenPrice;
}

export interface ModelPrices {
  /** Tokens; null if unknown. */
  contextWindow: number | null;
  /** In ascending order of `from`; the first one is also valid before. At least one. */
  periods: readonly PricesFrom[];
}

/** The prices of models by exact name; null for a model without a known price. */
export type PricesByModel = ReadonlyMap<string, ModelPrices | null>;

/** Own prices for the models whose name matches. */
export interface OwnPrice {
  /** The name of a model; `*` matches any characters. */
  model: string;
  prices: ModelPrices;
}

/** @returns the first of the own prices whose pattern matches the name of the model */
export function ownPriceFor(own: readonly OwnPrice[], model: string): ModelPrices | null {
  return own.find((entry) => matchesPattern(entry.model, model))?.prices ?? null;
}

/** Compares part by part, in time proportional to the lengths: a pattern is not turned into a regular expression. */
function matchesPattern(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let from = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, from);
    if (found === -1) return false;
    from = found + part.length;
  }
  return from <= name.length - last.length;
}
