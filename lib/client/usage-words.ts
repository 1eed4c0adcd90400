/** Tokens and cost in words. */
import type { UsageSum } from '../contract/claude-schemas';

const compact = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumFractionDigits: 1 });
const dollars = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const wholeDollars = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const LEAST_SHOWN_USD = 0.005;
const WHOLE_FROM_USD = 100;

/** @returns a number of tokens, abbreviated: `31.2M` */
export function formatTokens(tokens: number): string {
  return compact.format(tokens);
}

/** @returns a cost in US dollars: `$17.14`, whole ones from 100 on */
export function formatUsd(usd: number): string {
  if (usd > 0 && usd < LEAST_SHOWN_USD) return '< $0.01';
  return `$${(usd < WHOLE_FROM_USD ? dollars : wholeDollars).format(usd)}`;
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
