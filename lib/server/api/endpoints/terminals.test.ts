import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TERMINAL_ENDPOINTS } from './terminals';

test('GET terminal: every request for the text counts for the limit, however it is written', () => {
  const limits = TERMINAL_ENDPOINTS.flatMap(({ limit }) => (typeof limit === 'function' ? [limit] : []));
  assert.equal(limits.length, 2);
  for (const limit of limits) {
    const of = (query: string) => limit(new URLSearchParams(query));
    for (const query of ['text=1', 'text=%201', 'text=0&text=1', 'id=a&text=1+'])
      assert.equal(of(query), 'reads', query);
    for (const query of ['', 'text=0', 'text=1&text=0', 'mode=preview']) assert.equal(of(query), null, query);
  }
});
