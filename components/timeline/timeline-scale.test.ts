import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FOLD_WIDTH, idleStretches, makeScale, spanWith, timeAt, xOf } from './timeline-scale';

const span = { since: 0, until: 1000 };

test('makeScale(): without folds, time is linear', () => {
  const scale = makeScale(span, 500, []);
  assert.equal(xOf(scale, 0), 0);
  assert.equal(xOf(scale, 500), 250);
  assert.equal(xOf(scale, 1000), 500);
  assert.equal(xOf(scale, 1100), 550);
  assert.equal(timeAt(scale, 125), 250);
});

test('xOf(): infinite moments are outside the scale', () => {
  const scale = makeScale(span, 500, []);
  assert.ok(xOf(scale, Number.NEGATIVE_INFINITY) < 0);
  assert.ok(xOf(scale, Number.POSITIVE_INFINITY) > 500);
});

test('makeScale(): a fold has a fixed width, and the remaining time shares the rest', () => {
  const scale = makeScale(span, 532, [{ since: 200, until: 700 }]);
  assert.equal(xOf(scale, 700) - xOf(scale, 200), FOLD_WIDTH);
  assert.equal(xOf(scale, 200), 200);
  assert.equal(xOf(scale, 1000), 532);
});

test('makeScale(): a fold with little room in view is not folded', () => {
  const scale = makeScale(span, 500, [{ since: -500, until: 20 }]);
  assert.deepEqual(
    scale.pieces.map(({ folded }) => folded),
    [false],
  );
});

test('makeScale(): a span that is entirely idle is not folded', () => {
  assert.equal(makeScale(span, 500, [{ since: -10, until: 2000 }]).pieces[0]?.folded, false);
});

test('xOf(), timeOf(): places and moments convert into each other with any folds', () => {
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

test('idleStretches(): more than a tenth of the span without events is idle', () => {
  const found = idleStretches([0, 50, 140, 600, 1000], span, 1000);
  assert.equal(found.length, 2);
  assert.ok((found[0]?.since ?? 0) > 140 && (found[0]?.until ?? 0) < 600);
  assert.ok((found[1]?.since ?? 0) > 600 && (found[1]?.until ?? 0) < 1000);
  assert.deepEqual(idleStretches([], span, 1000), []);
});

test('idleStretches(): idle times reach to the edges of the known time, and not beyond', () => {
  const found = idleStretches([400, 5000], span, 1000);
  assert.equal(found.length, 2);
  assert.equal(found[0]?.since, 0);
  assert.ok((found[1]?.until ?? 0) <= 1000);
});

test('spanWith(): the moment at the pointer stays in place while zooming, also beside folds', () => {
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
