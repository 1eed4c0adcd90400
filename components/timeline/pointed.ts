import { useSyncExternalStore } from 'react';
import { isSame, type Thing } from '@/components/timeline/timeline-hit';

/** The thing under the pointer or the keyboard's cursor; components that show it render again only when it changes. */
export class Pointed {
  #thing: Thing | null = null;
  #byKeys = false;
  readonly #listeners = new Set<() => void>();

  get thing(): Thing | null {
    return this.#thing;
  }

  /** True for the keyboard's cursor, whose thing stays until the cursor moves. */
  get byKeys(): boolean {
    return this.#byKeys;
  }

  set(thing: Thing | null, byKeys = false): void {
    const same = isSame(thing, this.#thing) && byKeys === this.#byKeys;
    this.#thing = thing;
    this.#byKeys = byKeys;
    if (!same) for (const listener of this.#listeners) listener();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

/** @returns the thing; the component renders again when it changes */
export function usePointed(pointed: Pointed): Thing | null {
  return useSyncExternalStore(
    pointed.subscribe,
    () => pointed.thing,
    () => null,
  );
}
