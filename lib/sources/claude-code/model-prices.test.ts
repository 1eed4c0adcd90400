import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bundledPrices } from './bundled-prices';
import { ownPriceFor } from './model-prices';
import { parsePriceFile } from './price-file';

const NAME = 'CLAUDE_PRICES /etc/prices.yaml';

function own(text: string) {
  const read = parsePriceFile(text, NAME);
  assert.ok('prices' in read, JSON.stringify(read));
  return read.prices;
}

function faults(text: string): string[] {
  const read = parsePriceFile(text, NAME);
  assert.ok('faults' in read);
  return read.faults;
}

test('bundledPrices(): has the prices and the context window that Claude Code uses for its own models', () => {
  const prices = bundledPrices('claude-opus-5-5');
  assert.equal(prices?.contextWindow, 1_000_000);
  const [period] = prices?.periods ?? [];
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = period ?? {};
  assert.deepEqual(
    [input, output, cacheRead, cacheWrite5m, cacheWrite1h].map((price) => price?.base),
    [4, 20, 0.2, 5, 8],
  );
});

test('bundledPrices(): knows names with a date and those of other providers, and no others', () => {
  for (const model of ['claude-sonnet-4-5-20250929', 'us.anthropic.claude-opus-4-5-20251101-v1:0'])
    assert.ok(bundledPrices(model), model);
  for (const model of ['<synthetic>', '', 'in-house-7b', 'claude-unheard-of-9', '__proto__', 'gpt-5'])
    assert.equal(bundledPrices(model), null, model);
});

test('parsePriceFile(): the first pattern that matches counts, and left-out prices follow from the others', () => {
  const prices = own(`
models:
  - { model: "gateway/*opus*-5", input: 1, output: 2, cache_write_5m: 4, context_window: 9000 }
  - { model: "gateway/*", input: 10, output: 20 }
`);
  const first = ownPriceFor(prices, 'gateway/my-opus-x-5');
  assert.equal(first?.contextWindow, 9000);
  const [period] = first?.periods ?? [];
  const { input, cacheRead, cacheWrite5m, cacheWrite1h } = period ?? {};
  assert.deepEqual(
    [input, cacheRead, cacheWrite5m, cacheWrite1h].map((price) => price?.base),
    [1, 1, 4, 4],
  );
  assert.equal(ownPriceFor(prices, 'gateway/opus')?.periods[0]?.input.base, 10);
  assert.equal(ownPriceFor(prices, 'claude-opus-5'), null);
  assert.equal(ownPriceFor(own('{"models": [{"model": "ab*ba", "input": 1, "output": 1}]}'), 'aba'), null);
  assert.ok(ownPriceFor(own('models: [{ model: "*", input: 0, output: 0 }]'), 'anything'));
});

test('ownPriceFor(): takes no longer for patterns of many stars', () => {
  const prices = own(`models: [{ model: "${'*a'.repeat(90)}b", input: 1, output: 1 }]`);
  assert.equal(ownPriceFor(prices, 'a'.repeat(100_000)), null);
});

test('parsePriceFile(): every fault names the file and the place', () => {
  assert.match(faults('models: [')[0] ?? '', /^CLAUDE_PRICES \/etc\/prices\.yaml, line 1: /);
  assert.match(faults('')[0] ?? '', /as a whole/);
  assert.match(faults('models: [{ model: a, input: -1, output: 1 }]')[0] ?? '', /models\.0\.input/);
  assert.match(faults('models: [{ model: a, input: 1 }]')[0] ?? '', /models\.0\.output/);
  assert.match(faults('models: [{ model: a, input: 1, output: .inf }]')[0] ?? '', /models\.0\.output/);
  assert.match(faults('models: [{ model: a, input: 1, output: 1, cache: 2 }]')[0] ?? '', /models\.0/);
});
