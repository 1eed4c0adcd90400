import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Address, EMPTY_ADDRESS, formatAddress, panelOf, parseAddress } from './address';

test('panelOf(): the panel of what an address points at, the most specific first', () => {
  const cases: [Partial<Address>, ReturnType<typeof panelOf>][] = [
    [{}, null],
    [EMPTY_ADDRESS, null],
    [{ agent: 'agent-1' }, 'agents'],
    [{ state: 'dead' }, 'agents'],
    [{ locks: 'stale' }, 'locks'],
    [{ ...EMPTY_ADDRESS, agent: 'agent-1', lock: 'a.lock' }, 'locks'],
    [{ ...EMPTY_ADDRESS, agent: 'agent-1', message: 'e.1' }, 'messages'],
    [{ ...EMPTY_ADDRESS, types: ['INFO'] }, 'messages'],
    [{ q: 'cookie' }, 'messages'],
    [{ notTypes: ['INFO'] }, 'messages'],
    [{ only: ['failed'] }, 'messages'],
    [{ agent: null, since: '2026-01-01T00:00:00Z' }, 'messages'],
  ];
  for (const [address, panel] of cases) assert.equal(panelOf(address), panel, JSON.stringify(address));
});

test('parseAddress(): the name of an agent may start or end with a blank, or consist of one', () => {
  for (const agent of [' ', ' a ', '..', '.', 'a/b', '%2E']) {
    const address = { ...EMPTY_ADDRESS, agent, from: agent };
    assert.deepEqual(parseAddress(new URLSearchParams(formatAddress(address))), address);
  }
  assert.equal(parseAddress(new URLSearchParams('?agent=')).agent, null);
});

test('parseAddress(): excluded types and states of messages; an unknown state is ignored', () => {
  const address = { ...EMPTY_ADDRESS, notTypes: ['INFO', 'ACK'], only: ['failed' as const] };
  assert.deepEqual(parseAddress(new URLSearchParams(formatAddress(address))), address);
  assert.deepEqual(parseAddress(new URLSearchParams('?only=odd&only=untyped&not_type=')).only, ['untyped']);
});
