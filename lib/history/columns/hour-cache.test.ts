import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HourCache, type HourRows } from './hour-cache';

class Rows implements HourRows {
  readonly values: number[] = [];
  constructor(readonly hour: number) {}
  get size(): number {
    return this.values.length;
  }
}

/** A cache over a table of values by hour; `reads` lists the ranges that were read from the table. */
function cacheOver(table: ReadonlyMap<number, readonly number[]>, { maxRows = 1000, maxAdded = 10 } = {}) {
  const cache = new HourCache<Rows>({ maxRows, maxAdded, create: (hour) => new Rows(hour) });
  const reads: [first: number, last: number][] = [];
  const read = (first: number, last: number) => {
    reads.push([first, last]);
    for (const [hour, values] of table) {
      const rows = hour >= first && hour <= last ? cache.peek(hour) : undefined;
      for (const value of rows ? values : []) {
        rows?.values.push(value);
        cache.grew();
      }
    }
  };
  const take = (hours: readonly number[], sizeOf?: (hour: number) => number | undefined) =>
    [...cache.read(hours, read, sizeOf)].map(({ hour, values }) => [hour, [...values]]);
  return { cache, reads, take };
}

function hoursFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

test('read(): missing hours in sequence are read at once, up to 24, and cached hours not again', () => {
  const table = new Map(hoursFrom(0, 60).map((hour) => [hour, [hour * 10]]));
  const { reads, take } = cacheOver(table);
  assert.deepEqual(take([5, 6]), [
    [5, [50]],
    [6, [60]],
  ]);
  const all = take(hoursFrom(0, 40));
  assert.deepEqual(
    all,
    hoursFrom(0, 40).map((hour) => [hour, [hour * 10]]),
  );
  assert.deepEqual(reads, [
    [5, 6],
    [0, 4],
    [7, 30],
    [31, 39],
  ]);
  take(hoursFrom(0, 40));
  assert.equal(reads.length, 4);
});

test('read(): an hour that does not have the expected number of rows is read again', () => {
  const table = new Map([
    [1, [10, 11]],
    [2, [20]],
  ]);
  const { reads, take } = cacheOver(table);
  const sizeOf = (hour: number) => table.get(hour)?.length;
  take([1, 2], sizeOf);
  table.set(1, [11]);
  assert.deepEqual(take([1, 2], sizeOf), [
    [1, [11]],
    [2, [20]],
  ]);
  assert.deepEqual(reads, [
    [1, 2],
    [1, 1],
  ]);
});

test('read(): above the bound the hours used longest ago are dropped, also if the question ends early', () => {
  const table = new Map(hoursFrom(1, 4).map((hour) => [hour, [1, 2]]));
  // Three hours with two rows each.
  const { cache, take } = cacheOver(table, { maxRows: 9 });
  take([1, 2, 3]);
  take([1]);
  take([4]);
  assert.deepEqual(
    hoursFrom(1, 4).filter((hour) => cache.peek(hour) !== undefined),
    [1, 3, 4],
  );
  const many = cacheOver(table, { maxRows: 3 });
  for (const _ of many.cache.read([1, 2, 3, 4], () => {})) break;
  assert.ok(hoursFrom(1, 4).filter((hour) => many.cache.peek(hour) !== undefined).length <= 3);
});

test('read(): a question for more rows than the bound gets every hour, each read once', () => {
  const table = new Map(hoursFrom(0, 50).map((hour) => [hour, [1, 2, 3]]));
  const { cache, reads, take } = cacheOver(table, { maxRows: 4 });
  assert.equal(take(hoursFrom(0, 50)).length, 50);
  assert.deepEqual(reads, [
    [0, 23],
    [24, 47],
    [48, 49],
  ]);
  assert.equal(hoursFrom(0, 50).filter((hour) => cache.peek(hour) !== undefined).length, 1);
});

test('advance(): returns the row number after which rows are new, if hours are cached', () => {
  const { cache, take } = cacheOver(new Map([[1, [10]]]));
  assert.deepEqual(cache.advance({ epoch: 'a', head: 5 }), { cleared: true, addAfter: null });
  assert.deepEqual(cache.advance({ epoch: 'a', head: 6 }), { cleared: false, addAfter: null });
  take([1]);
  assert.deepEqual(cache.advance({ epoch: 'a', head: 6 }), { cleared: false, addAfter: null });
  assert.deepEqual(cache.advance({ epoch: 'a', head: 8 }), { cleared: false, addAfter: 6 });
});

test('advance(): another epoch, a lower head, too many new rows or an invalid cache drop all hours', () => {
  const { cache, take } = cacheOver(new Map([[1, [10]]]), { maxAdded: 10 });
  const changes = [
    { place: { epoch: 'b', head: 5 }, isInvalid: false },
    { place: { epoch: 'b', head: 4 }, isInvalid: false },
    { place: { epoch: 'b', head: 15 }, isInvalid: false },
    { place: { epoch: 'b', head: 15 }, isInvalid: true },
  ];
  cache.advance({ epoch: 'a', head: 5 });
  for (const { place, isInvalid } of changes) {
    take([1]);
    assert.deepEqual(cache.advance(place, isInvalid), { cleared: true, addAfter: null });
    assert.equal(cache.peek(1), undefined);
  }
});
