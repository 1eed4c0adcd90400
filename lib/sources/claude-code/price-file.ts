/**
 * The file of own prices that `CLAUDE_PRICES` names, YAML or JSON:
 *
 *     models:
 *       - model: my-gateway/opus*   # the first pattern that matches counts
 *         input: 4                  # US dollars per million tokens
 *         output: 20
 *         cache_read: 0.2           # as input if left out
 *         cache_write_5m: 5         # as input if left out
 *         cache_write_1h: 8         # as cache_write_5m if left out
 *         context_window: 200000    # tokens; unknown if left out
 */
import { z } from 'zod';
import { readYaml } from '../../platform/yaml';
import type { OwnPrice, TokenPrice } from './model-prices';

const MAX_MODELS = 1000;
const MAX_NAME_LENGTH = 200;
const MAX_FAULTS = 5;

const usdPerMillion = z.number().min(0).max(1_000_000);

const entry = z.strictObject({
  model: z.string().min(1).max(MAX_NAME_LENGTH),
  input: usdPerMillion,
  output: usdPerMillion,
  cache_read: usdPerMillion.optional(),
  cache_write_5m: usdPerMillion.optional(),
  cache_write_1h: usdPerMillion.optional(),
  context_window: z.int().positive().optional(),
});

const priceFile = z.strictObject({ models: z.array(entry).max(MAX_MODELS) });

/**
 * @param text of the file
 * @param file its name, as sentences show it
 * @returns the prices, in their order; or all faults, a sentence each
 */
export function parsePriceFile(text: string, file: string): { prices: OwnPrice[] } | { faults: string[] } {
  const read = readYaml(text, 'core');
  if ('faults' in read) {
    const faults = read.faults.slice(0, MAX_FAULTS);
    return {
      faults: faults.map(({ line, message }) => `${file}${line === null ? '' : `, line ${line}`}: ${message}.`),
    };
  }
  const parsed = priceFile.safeParse(read.value);
  if (parsed.success) return { prices: parsed.data.models.map(ownPrice) };
  const issues = parsed.error.issues.slice(0, MAX_FAULTS);
  return { faults: issues.map(({ path, message }) => `${file}, ${path.join('.') || 'as a whole'}: ${message}.`) };
}

function ownPrice({ model, input, output, context_window, ...caches }: z.infer<typeof entry>): OwnPrice {
  const { cache_read = input, cache_write_5m = input } = caches;
  const { cache_write_1h = cache_write_5m } = caches;
  const period = {
    from: 0,
    input: flat(input),
    output: flat(output),
    cacheRead: flat(cache_read),
    cacheWrite5m: flat(cache_write_5m),
    cacheWrite1h: flat(cache_write_1h),
  };
  return { model, prices: { contextWindow: context_window ?? null, periods: [period] } };
}

function flat(base: number): TokenPrice {
  return { base, tiers: [] };
}
