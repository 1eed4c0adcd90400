import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddress } from './address';
import { tabOf } from './use-layout';

const tab = (query: string) => tabOf(parseAddress(new URLSearchParams(query)));

test('tabOf(): the tab of what an address points at; an open terminal goes before the view below it', () => {
  assert.equal(tab('view=terminals'), 'timeline');
  assert.equal(tab('view=terminals&agent=agent-1'), 'timeline');
  assert.equal(tab('view=terminals&agent=agent-1&terminal=open'), 'agents');
  assert.equal(tab('view=terminals&terminal=open'), 'timeline', 'a terminal is that of the selected agent');
  assert.equal(tab('lock=a.lock'), 'locks');
  assert.equal(tab(''), null);
});
