/** Tokens and cost in words. */
import type { UsageSum } from '../contract/claude-schemas';
import { formatCount } from './text';

/** Not by Intl: server and browser have different versions of its short forms, and the two texts must be equal. */
const UNITS = [
  { from: 1e9, letter: 'B' },
  { from: 1e6, letter: 'M' },
  { from: 1e3, letter: 'K' },
] as const;
/** What is rounded to a whole unit is written in that unit. */
const FULL_SHARE = 0.99995;
const LEAST_SHOWN_USD = 0.005;
const WHOLE_FROM_USD = 100;

/** @returns a number of tokens, abbreviated: `31.2M` */
export function formatTokens(tokens: number): string {
  for (const { from, letter } of UNITS) {
    if (tokens >= from * FULL_SHARE) return `${(tokens / from).toFixed(1).replace(/\.0$/, '')}${letter}`;
  }
  return String(tokens);
}

/** @returns a cost in US dollars: `$17.14`, whole ones from 100 on */
export function formatUsd(usd: number): string {
  if (usd > 0 && usd < LEAST_SHOWN_USD) return '< $0.01';
  return `$${usd < WHOLE_FROM_USD ? usd.toFixed(2) : formatCount(Math.round(usd))}`;
}

/** @returns the estimated cost of a sum: `about $17.14` */
export function costWords({ cost_usd }: Pick<UsageSum, 'cost_usd'>): string {
  return cost_usd === null ? 'cost unknown' : `about ${formatUsd(cost_usd)}`;
}

/** @returns all tokens of a sum */
export function tokensOf({ tokens }: Pick<UsageSum, 'tokens'>): number {
  const { input, output, cache_read, cache_write_5m, cache_write_1h } = tokens;
  return input + output + cache_read + cache_write_5m + cache_write_1h;
}

/** @returns the tokens of a sum, and how many of them have no known price: `32.8M tokens, 48K without a known price` */
export function tokenWords(sum: UsageSum): string {
  const all = `${formatTokens(tokensOf(sum))} tokens`;
  return sum.unpriced_tokens === 0 ? all : `${all}, ${formatTokens(sum.unpriced_tokens)} without a known price`;
}
