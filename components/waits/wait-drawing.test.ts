import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { WaitEdge } from '@/lib/contract/past-schemas';
import { waitEdge as edge } from '../../test/support/wait-edges';
import { drawWaiting } from './wait-drawing';
import { waitPairs } from './waits';

const draw = (...edges: WaitEdge[]) => drawWaiting(waitPairs({ edges, cycles: [] }));
const columns = (drawing: ReturnType<typeof draw>) =>
  Object.fromEntries(drawing.nodes.map(({ agent, x }) => [agent, x]));

test('drawWaiting(): root blockers are in the first column; a long arrow has a place in every column', () => {
  const drawing = draw(edge('a', 'b'), edge('b', 'c'), edge('a', 'c'), edge('d', 'c'));
  assert.deepEqual(columns(drawing), { a: 2, b: 1, c: 0, d: 1 });
  assert.equal(drawing.columns, 3);
  const long = drawing.arrows.find(({ from, to }) => from === 'a' && to === 'c');
  assert.deepEqual(
    long?.points.map(({ x }) => x),
    [2, 1, 0],
  );
});

test('drawWaiting(): a wait cycle is opened at one arrow, which runs back', () => {
  const drawing = draw(edge('a', 'b'), edge('b', 'c'), edge('c', 'a'));
  assert.deepEqual(columns(drawing), { a: 0, b: 2, c: 1 });
  const back = drawing.arrows.find(({ from }) => from === 'a');
  assert.deepEqual(
    back?.points.map(({ x }) => x),
    [0, 1, 2],
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
