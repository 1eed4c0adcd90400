import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fittingSize, steppedSize } from './font-size';

const CHARACTER = { width: 0.6, height: 1.2 };

test('fittingSize(): the greatest size at which all columns and rows are shown', () => {
  assert.equal(fittingSize({ width: 1200, height: 800 }, { columns: 200, rows: 50 }, CHARACTER), 10);
  assert.equal(fittingSize({ width: 1200, height: 600 }, { columns: 100, rows: 40 }, CHARACTER), 12.5);
});

test('fittingSize(): never too small to read, and never larger than the page needs', () => {
  assert.equal(fittingSize({ width: 390, height: 500 }, { columns: 200, rows: 50 }, CHARACTER), 9);
  assert.equal(fittingSize({ width: 1200, height: 800 }, { columns: 40, rows: 10 }, CHARACTER), 14);
});

test('steppedSize(): whole pixels within bounds', () => {
  assert.deepEqual([steppedSize(10.5, 1), steppedSize(10, -1), steppedSize(6, -1), steppedSize(28, 1)], [12, 9, 6, 28]);
});
