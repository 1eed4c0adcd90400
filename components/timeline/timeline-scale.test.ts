import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FOLD_WIDTH, idleStretches, makeScale, spanWith, timeAt, xOf } from './timeline-scale';

const span = { since: 0, until: 1000 };

test('without folds, time is even', () => {
  const scale = makeScale(span, 500, []);
  assert.equal(xOf(scale, 0), 0);
  assert.equal(xOf(scale, 500), 250);
  assert.equal(xOf(scale, 1000), 500);
  assert.equal(xOf(scale, 1100), 550);
  assert.equal(timeAt(scale, 125), 250);
});

test('what never began and what never ends lies outside', () => {
  const scale = makeScale(span, 500, []);
  assert.ok(xOf(scale, Number.NEGATIVE_INFINITY) < 0);
  assert.ok(xOf(scale, Number.POSITIVE_INFINITY) > 500);
});

test('a fold has its width, and the rest shares what it leaves', () => {
  const scale = makeScale(span, 532, [{ since: 200, until: 700 }]);
  assert.equal(xOf(scale, 700) - xOf(scale, 200), FOLD_WIDTH);
  assert.equal(xOf(scale, 200), 200);
  assert.equal(xOf(scale, 1000), 532);
});

test('a fold that has little room in view is none', () => {
  const scale = makeScale(span, 500, [{ since: -500, until: 20 }]);
  assert.deepEqual(
    scale.pieces.map(({ folded }) => folded),
    [false],
  );
});

test('a span that is idle as a whole is not folded away', () => {
  assert.equal(makeScale(span, 500, [{ since: -10, until: 2000 }]).pieces[0]?.folded, false);
});

test('places and moments lead to one another, whatever is folded', () => {
  const cuts = fc.array(fc.integer({ min: -200, max: 1200 }), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(cuts, fc.integer({ min: 0, max: 1000 }), (times, time) => {
      const sorted = [...new Set(times)].sort((one, other) => one - other);
      const folds = sorted.flatMap((since, index) => {
        const until = sorted[index + 1];
        return index % 2 === 0 && until !== undefined ? [{ since, until }] : [];
      });
      const scale = makeScale(span, 800, folds);
      assert.ok(Math.abs(timeAt(scale, xOf(scale, time)) - time) < 1e-6);
      assert.ok(Math.abs((scale.pieces.at(-1)?.right ?? 0) - 800) < 1e-6);
      assert.ok(xOf(scale, time) <= xOf(scale, time + 1) + 1e-9);
    }),
  );
});

test('idle is what lasts longer than a tenth of the span without anything happening', () => {
  const found = idleStretches([0, 50, 140, 600, 1000], span, 1000);
  assert.equal(found.length, 2);
  assert.ok((found[0]?.since ?? 0) > 140 && (found[0]?.until ?? 0) < 600);
  assert.ok((found[1]?.since ?? 0) > 600 && (found[1]?.until ?? 0) < 1000);
  assert.deepEqual(idleStretches([], span, 1000), []);
});

test('idle time up to the edges of what is known is idle too, and nothing beyond', () => {
  const found = idleStretches([400, 5000], span, 1000);
  assert.equal(found.length, 2);
  assert.equal(found[0]?.since, 0);
  assert.ok((found[1]?.until ?? 0) <= 1000);
});

test('what is zoomed at stays where it is, also beside folds', () => {
  const folds = [{ since: 300, until: 620 }];
  const scaleOf = (one: typeof span) => makeScale(one, 800, one.until - one.since > 500 ? folds : []);
  const before = scaleOf(span);
  for (const x of [10, 200, 500, 790]) {
    const time = timeAt(before, x);
    for (const length of [250, 900, 1600]) {
      const after = scaleOf(spanWith(time, x, length, scaleOf));
      assert.ok(Math.abs(xOf(after, time) - x) < 1, `${x} ${length}: ${xOf(after, time)}`);
    }
  }
});
