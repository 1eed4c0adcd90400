/** Keeps cards in place while the pointer is over them. */
import type { PendingPermission } from '@/lib/contract/action-schemas';

/**
 * @param shown the cards as they are drawn, in order
 * @param now the requests now, the oldest first
 * @param held whether the pointer is over the list: then a card whose request is gone stays, as it was known last
 * @returns the cards to draw, the same list if none differs; new ones are at the end
 */
export function steadyCards(
  shown: readonly PendingPermission[],
  now: readonly PendingPermission[],
  held: boolean,
): readonly PendingPermission[] {
  const byId = new Map(now.map((one) => [one.id, one]));
  const places = held ? shown.map((one) => byId.get(one.id) ?? one) : [];
  const known = new Set(places.map(({ id }) => id));
  const cards = [...places, ...now.filter(({ id }) => !known.has(id))];
  const isSame = cards.length === shown.length && cards.every((one, place) => one === shown[place]);
  return isSame ? shown : cards;
}
