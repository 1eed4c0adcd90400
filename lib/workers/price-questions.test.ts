import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PriceQuestions } from './price-questions';

test('ask(): is settled by the answer, whether there are prices or not', async () => {
  const posted: (readonly string[])[] = [];
  const prices = new PriceQuestions((models) => posted.push(models));
  prices.answer({ found: new Map(), detail: '' });
  const first = prices.ask(['a']);
  prices.answer({ found: new Map([['a', null]]), detail: '' });
  assert.deepEqual([...(await first)], [['a', null]]);
  const second = prices.ask(['b']);
  prices.answer({ found: null, detail: 'no memory' });
  await assert.rejects(second, { message: 'no memory' });
  assert.deepEqual(posted, [['a'], ['b']]);
});
