import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EMPTY_ADDRESS } from '@/lib/client/address';
import type { WaitEdge } from '@/lib/contract/past-schemas';
import { drawWaiting, targetOfEdge, waitPairs } from './waits';

const edge = (from: string, to: string, more: Partial<WaitEdge> = {}): WaitEdge => ({
  weak: false,
  blocks: true,
  alternatives: 0,
  id: `${from}>${to}`,
  from,
  to,
  kind: 'question',
  basis: 'declared',
  since: '2026-03-01T12:00:00+00:00',
  reason: 'It asked.',
  evidence: { locks: [], messages: [], tasks: [], conflicts: [] },
  ...more,
});

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

const draw = (...edges: WaitEdge[]) => drawWaiting(waitPairs({ edges, cycles: [] }));
const columns = (drawing: ReturnType<typeof draw>) =>
  Object.fromEntries(drawing.nodes.map(({ agent, x }) => [agent, x]));

test('drawWaiting(): an agent is left of those it waits for; a long arrow has a place in every column', () => {
  const drawing = draw(edge('a', 'b'), edge('b', 'c'), edge('a', 'c'), edge('d', 'c'));
  assert.deepEqual(columns(drawing), { a: 0, b: 1, c: 2, d: 0 });
  assert.equal(drawing.columns, 3);
  const long = drawing.arrows.find(({ from, to }) => from === 'a' && to === 'c');
  assert.deepEqual(
    long?.points.map(({ x }) => x),
    [0, 1, 2],
  );
});

test('drawWaiting(): a wait cycle is opened at one arrow, which runs back', () => {
  const drawing = draw(edge('a', 'b'), edge('b', 'c'), edge('c', 'a'));
  assert.deepEqual(columns(drawing), { a: 0, b: 1, c: 2 });
  const back = drawing.arrows.find(({ from }) => from === 'c');
  assert.deepEqual(
    back?.points.map(({ x }) => x),
    [2, 1, 0],
  );
});

test('drawWaiting(): for any arrows, every place is used once, and arrows go from column to column', () => {
  const name = fc.nat(9).map((number) => `agent-${number}`);
  fc.assert(
    fc.property(fc.array(fc.tuple(name, name), { maxLength: 30 }), (list) => {
      const drawing = draw(...list.filter(([a, b]) => a !== b).map(([a, b]) => edge(a, b)));
      const inner = drawing.arrows.flatMap(({ points }) => points.slice(1, -1));
      const places = [...drawing.nodes, ...inner].map(({ x, y }) => `${x} ${y}`);
      assert.equal(new Set(places).size, places.length);
      for (const { x, y } of drawing.nodes) assert.ok(x < drawing.columns && y >= 0 && y < drawing.rows);
      for (const { points } of drawing.arrows) {
        for (const [index, { x }] of points.slice(1).entries()) assert.equal(Math.abs(x - (points[index]?.x ?? 0)), 1);
      }
    }),
  );
});
