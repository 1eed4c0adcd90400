import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultSentence } from './fault-sentence';

test('faultSentence(): only a refusal proves that nothing happened', () => {
  const fault = (status: number) =>
    faultSentence({ status, problem: { code: '', detail: 'Why.' } }, 'Nothing was done.');
  assert.deepEqual([fault(409), fault(0), fault(503)], ['Nothing was done. Why.', 'Why.', 'Why.']);
});
