import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_ADDRESS } from '@/lib/client/address';
import { waitEdge as edge } from '../../test/support/wait-edges';
import { rootBlockers, targetOfEdge, waitPairs } from './waits';

test('waitPairs(): waits between the same two agents are one pair, oldest first; wait cycles come first', () => {
  const older = edge('b', 'a', { id: 'older', since: '2026-03-01T11:00:00+00:00', basis: 'inferred' });
  const edges = [edge('a10', 'b'), edge('a9', 'b', { basis: 'inferred' }), edge('b', 'a'), older];
  const pairs = waitPairs({ edges, cycles: [{ agents: ['a', 'b'], edges: ['b>a'] }] });
  assert.deepEqual(
    pairs.map(({ from, to, inferred, inCycle, edges: members }) => [from, to, inferred, inCycle, members.length]),
    [
      ['b', 'a', false, true, 2],
      ['a9', 'b', true, false, 1],
      ['a10', 'b', false, false, 1],
    ],
  );
  assert.equal(pairs[0]?.edges[0], older);
});

test('targetOfEdge(): a wait links to its message, else its lock, else the agent; filters are cleared, the view stays', () => {
  const from = { ...EMPTY_ADDRESS, q: 'x', agent: 'z', view: 'waits', span: '1h' };
  const place = { ...EMPTY_ADDRESS, view: 'waits', span: '1h' };
  const evidence = { locks: ['l.lock'], messages: ['e.1'], tasks: [], conflicts: [] };
  assert.deepEqual(targetOfEdge(edge('a', 'b', { evidence }), from), { ...place, message: 'e.1' });
  const locks = { ...evidence, messages: [] };
  assert.deepEqual(targetOfEdge(edge('a', 'b', { evidence: locks }), from), { ...place, lock: 'l.lock' });
  assert.deepEqual(targetOfEdge(edge('a', 'b'), from), { ...place, agent: 'b' });
});

test('waitPairs(): below the root with most waiting agents first, from the root on', () => {
  const edges = [edge('z', 'a'), edge('d', 'c'), edge('c', 'b'), edge('e', 'b'), edge('b', 'r')];
  assert.deepEqual(
    waitPairs({ edges, cycles: [] }).map(({ from, to }) => `${to}<${from}`),
    ['r<b', 'b<c', 'b<e', 'c<d', 'a<z'],
  );
});

test('rootBlockers(): agents that wait for nobody, with how many wait for them; an acknowledgement blocks nobody', () => {
  const edges = [edge('c', 'b'), edge('b', 'a'), edge('d', 'a'), edge('y', 'x'), edge('k', 'l', { weak: true })];
  assert.deepEqual(rootBlockers(waitPairs({ edges, cycles: [] })), [
    { agent: 'a', waiting: 3 },
    { agent: 'x', waiting: 1 },
  ]);
  assert.deepEqual(rootBlockers(waitPairs({ edges: [edge('a', 'b'), edge('b', 'a')], cycles: [] })), []);
});
