import { useMemo, useState } from 'react';

/**
 * Puts a sorted list into the order in which it is on the page: what is there keeps its place, what is new follows in
 * the order of `sorted`.
 *
 * @param order the keys as they are on the page
 */
export function inKeptOrder<Item>(
  sorted: readonly Item[],
  order: readonly string[],
  keyOf: (item: Item) => string,
): Item[] {
  const places = new Map(order.map((key, place) => [key, place]));
  const placeOf = (item: Item) => places.get(keyOf(item)) ?? order.length;
  return sorted.toSorted((one, other) => placeOf(one) - placeOf(other));
}

/**
 * Keeps the order of a list while a person reads or points at it; afterwards the list is sorted again.
 *
 * @param sorted the list in its own order
 * @param keyOf the same function at every render
 * @param held whether to keep the order
 * @param sorting what the person has chosen to sort by: another choice takes effect at once
 */
export function useSteadyOrder<Item>(
  sorted: readonly Item[],
  keyOf: (item: Item) => string,
  held: boolean,
  sorting: string,
): readonly Item[] {
  const [known, setKnown] = useState({ sorted, held, sorting, shown: sorted });
  const isKept = held && known.sorting === sorting;
  const { shown: before } = known;
  const shown = useMemo(
    () => (isKept ? inKeptOrder(sorted, before.map(keyOf), keyOf) : sorted),
    [isKept, sorted, before, keyOf],
  );
  if (known.sorted !== sorted || known.held !== held || known.sorting !== sorting) {
    setKnown({ sorted, held, sorting, shown });
  }
  return shown;
}
