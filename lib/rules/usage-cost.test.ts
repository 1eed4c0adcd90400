import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calcPrice, findProvider } from '@pydantic/genai-prices';
import { answered, capturedUsage, type UsageScenario } from '../../test/support/claude-usage';
import { bundledPrices } from '../sources/claude-code/bundled-prices';
import type { ModelPrices } from '../sources/claude-code/model-prices';
import { usageCost } from './usage-cost';

const AT = Date.parse('2026-11-29T12:00:00Z');
const known = (model: string) => {
  const prices = bundledPrices(model);
  assert.ok(prices, model);
  return prices;
};

test('usageCost(): agrees with the package for every model of the maker, below and above each tier and date', () => {
  const models = findProvider({ providerId: 'anthropic' })?.models ?? [];
  assert.ok(models.length > 10);
  const amounts = [
    { input: 1000, output: 500, cacheRead: 20_000, cacheWrite5m: 3000, cacheWrite1h: 400 },
    { input: 1, output: 90_000, cacheRead: 199_999, cacheWrite5m: 0, cacheWrite1h: 0 },
    { input: 1, output: 90_000, cacheRead: 199_999, cacheWrite5m: 1, cacheWrite1h: 7 },
  ];
  for (const { id } of models) {
    for (const tokens of amounts) {
      for (const at of [Date.parse('2025-01-01T00:00:00Z'), Date.parse('2026-03-13T00:00:00Z'), AT]) {
        const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = tokens;
        const usage = {
          input_tokens: input + cacheRead + cacheWrite5m + cacheWrite1h,
          output_tokens: output,
          cache_read_tokens: cacheRead,
          cache_write_tokens: cacheWrite5m + cacheWrite1h,
          cache_write_1h_tokens: cacheWrite1h,
        };
        const expected = calcPrice(usage, id, { providerId: 'anthropic', timestamp: new Date(at) })?.total_price;
        const cost = usageCost({ at, ...tokens }, known(id));
        assert.ok(Math.abs(cost - (expected ?? Number.NaN)) < 1e-9, `${id}: ${cost}, not ${expected}`);
      }
    }
  }
});

test('usageCost(): is within 0.5 % of what Claude Code counted, in every captured session', () => {
  const scenarios: UsageScenario[] = [
    'session-life',
    'statusline-and-model-switch',
    'streaming-blocks',
    'subagent',
    'team-in-process',
  ];
  let compared = 0;
  for (const scenario of scenarios) {
    for (const { sessionId, counted, costUsd } of capturedUsage(scenario)) {
      if (costUsd === null) continue;
      const once = new Map(counted.map((usage) => [usage.messageId, usage]));
      const cost = [...once.values()].reduce((sum, usage) => sum + usageCost(usage, known(usage.model)), 0);
      assert.ok(Math.abs(cost - costUsd) <= costUsd * 0.005, `${scenario} ${sessionId}: ${cost}, not ${costUsd}`);
      compared += 1;
    }
  }
  assert.ok(compared >= 8, `${compared} sessions`);
});

test('usageCost(): a compaction is not in the transcript, so the estimate is below what Claude Code counted', () => {
  const [session] = capturedUsage('api-errors-and-compact');
  assert.ok(session?.costUsd);
  const once = new Map(session.counted.map((usage) => [usage.messageId, usage]));
  const cost = [...once.values()].reduce((sum, usage) => sum + usageCost(usage, known(usage.model)), 0);
  assert.ok(cost > 0 && cost < session.costUsd);
});

test('usageCost(): the price of the time of the answer counts', () => {
  const flat = (base: number) => ({ base, tiers: [] });
  const period = (from: number, usd: number) => ({
    ...{ from, input: flat(usd), output: flat(usd), cacheRead: flat(usd) },
    ...{ cacheWrite5m: flat(usd), cacheWrite1h: flat(usd) },
  });
  const prices: ModelPrices = { contextWindow: null, periods: [period(1000, 1), period(2000, 3)] };
  const costAt = (at: number) => usageCost(answered({ at, output: 1_000_000 }), prices);
  assert.deepEqual([costAt(1999), costAt(2000)], [1, 3]);
  assert.equal(costAt(5), 1, 'the first prices also count before they began');
});
