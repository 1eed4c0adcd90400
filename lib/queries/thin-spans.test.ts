import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type SpanCell, SpanCells } from '../history/columns/span-cells';
import { type ThinOptions, thinSpans } from './thin-spans';

const SPAN = { since: 10_000, until: 20_000 };

const cell: fc.Arbitrary<SpanCell> = fc
  .record({
    agent: fc.constantFrom('agent-1', 'agent-2'),
    life: fc.constantFrom('', '1@%1', '2@%1'),
    value: fc.constantFrom('held', 'stale'),
    since: fc.integer({ min: 9_000, max: 20_000 }),
    length: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 9_000 }), fc.constant(null)),
    count: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ length, agent, life, value, count, since }) => {
    const until = length === null ? null : Math.max(since + length, SPAN.since);
    return { agent, life, value, count, id: since, since, until };
  });
const cells = fc
  .array(cell, { maxLength: 80 })
  .map((list) => list.sort((one, other) => one.since - other.since || one.id - other.id));

function thinned(list: readonly SpanCell[], options: ThinOptions): { drawn: SpanCell[]; step: number } {
  const all = new SpanCells();
  for (const one of list) all.add(one);
  const step = thinSpans(all, options);
  return { drawn: all.list(), step };
}

test('thinSpans(): few spans are unchanged', () => {
  fc.assert(
    fc.property(cells, (list) => {
      const { drawn, step } = thinned(list, { span: SPAN, step: 100, most: list.length, keep: 'first' });
      assert.deepEqual(drawn, list);
      assert.equal(step, 100);
    }),
  );
});

test('thinSpans(): merged spans cover at most one step of extra time, and every span is counted', () => {
  const total = (list: readonly SpanCell[]) => list.reduce((sum, { count }) => sum + count, 0);
  fc.assert(
    fc.property(cells, fc.integer({ min: 1, max: 80 }), fc.constantFrom('first', 'longest'), (list, most, keep) => {
      const { drawn, step } = thinned(list, { span: SPAN, step: 100, most, keep });
      assert.equal(total(drawn), total(list));
      assert.ok(drawn.length <= most || step > (SPAN.until - SPAN.since) / 2, 'few enough, or as coarse as can be');
      for (const one of drawn) {
        const { count: _, ...fields } = one;
        assert.ok(
          list.some(({ count, ...others }) => JSON.stringify(others) === JSON.stringify(fields)),
          'a true span',
        );
      }
      for (const one of list) {
        const near = (a: number, b: number) => Math.abs(clipped(a) - clipped(b)) < step;
        const shown = drawn.some(
          ({ agent, life, value, since, until }) =>
            agent === one.agent &&
            life === one.life &&
            (keep === 'longest' || value === one.value) &&
            near(since, one.since) &&
            (until === null || one.until === null ? until === one.until : near(until, one.until)),
        );
        assert.ok(shown, 'each is drawn where it was');
      }
    }),
    { numRuns: 300 },
  );
});

function clipped(at: number): number {
  return Math.min(Math.max(at, SPAN.since), SPAN.until);
}

test('thinSpans(): a merged span has the value of the longest one', () => {
  const health = (value: string, since: number, until: number): SpanCell => {
    return { agent: 'a', life: '', value, since, until, count: 1, id: since };
  };
  const list = [health('active', 10_010, 10_020), health('dead', 10_020, 10_090), health('active', 10_090, 10_099)];
  const { drawn } = thinned(list, { span: SPAN, step: 100, most: 2, keep: 'longest' });
  assert.deepEqual(drawn, [{ ...health('dead', 10_020, 10_090), count: 3 }]);
});
