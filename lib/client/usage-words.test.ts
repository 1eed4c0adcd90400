import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_SUM } from '../contract/defaults';
import { formatTokens, formatUsd, tokensOf, tokenWords } from './usage-words';

test('formatUsd(): a small cost is not zero, and large ones have no cents', () => {
  assert.deepEqual([0, 0.0001, 0.005, 1.2, 99.994, 100, 12_345.6].map(formatUsd), [
    '$0.00',
    '< $0.01',
    '$0.01',
    '$1.20',
    '$99.99',
    '$100',
    '$12,346',
  ]);
});

test('formatTokens(): is short at every size', () => {
  assert.deepEqual([0, 999, 1000, 48_200, 999_960, 31_204_000, 2e9].map(formatTokens), [
    ...['0', '999', '1K', '48.2K', '1M', '31.2M', '2B'],
  ]);
});

test('tokenWords(): names the tokens without a known price', () => {
  const sum = { ...NO_SUM, tokens: { ...NO_SUM.tokens, input: 1000, cache_read: 500, cache_write_1h: 1 } };
  assert.equal(tokensOf(sum), 1501);
  assert.equal(tokenWords(sum), '1.5K tokens');
  assert.equal(tokenWords({ ...sum, unpriced_tokens: 500 }), '1.5K tokens, 500 without a known price');
});
