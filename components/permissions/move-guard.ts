/**
 * Refuses clicks that were meant for something else: for a moment after the buttons of a card have appeared or moved, a
 * click on them was aimed at what was there before.
 */

/** A person needs longer to see that something has moved, and to aim again. */
export const SETTLE_MS = 500;

export class MoveGuard {
  readonly #places = new Map<string, { place: number; movedAt: number }>();

  /**
   * Notes where each card's buttons are.
   *
   * @param places by key, in CSS pixels on the screen, apart from what the reader scrolls
   * @param now milliseconds of a monotonic clock
   */
  note(places: ReadonlyMap<string, number>, now: number): void {
    for (const key of this.#places.keys()) if (!places.has(key)) this.#places.delete(key);
    for (const [key, place] of places) {
      const known = this.#places.get(key);
      // Rounding is no movement.
      if (known && Math.abs(known.place - place) < 1) continue;
      this.#places.set(key, { place, movedAt: now });
    }
  }

  /** Everything has moved. */
  noteAll(now: number): void {
    for (const [key, { place }] of this.#places) this.#places.set(key, { place, movedAt: now });
  }

  /** @returns whether the buttons of a card have been where they are for long enough */
  allows(key: string, now: number): boolean {
    const known = this.#places.get(key);
    return known !== undefined && now - known.movedAt >= SETTLE_MS;
  }
}
