import assert from 'node:assert/strict';
import { test } from 'node:test';
import { carriedState, keepTab, tabOfEntry } from './entry-tab';

test('keepTab(): keeps the part of the router, and writes only a change', () => {
  const written: unknown[] = [];
  const history = {
    state: { __NA: true, tree: ['x'] } as unknown,
    replaceState(state: unknown) {
      written.push(state);
      history.state = state;
    },
  };
  const browser = { history } as unknown as Window & typeof globalThis;
  keepTab('timeline', browser);
  keepTab('timeline', browser);
  assert.equal(written.length, 1);
  assert.deepEqual(history.state, { __NA: true, tree: ['x'], swarmTab: 'timeline' });
  assert.equal(tabOfEntry(history.state), 'timeline');
  keepTab('agents', browser);
  assert.equal(tabOfEntry(history.state), 'agents');
});

test('carriedState(): the next entry gets the tab alone', () => {
  assert.deepEqual(carriedState({ __NA: true, swarmTab: 'locks' }), { swarmTab: 'locks' });
  for (const state of [null, undefined, 'x', {}, { swarmTab: 'nonsense' }, { swarmTab: 1 }]) {
    assert.equal(tabOfEntry(state), null);
    assert.equal(carriedState(state), null);
  }
});
