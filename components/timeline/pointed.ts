import { useSyncExternalStore } from 'react';
import { isSame, type Thing } from '@/components/timeline/timeline-hit';

/** What is under the pointer or the keyboard's cursor; whoever shows it draws again only when it is another thing. */
export class Pointed {
  #thing: Thing | null = null;
  #byKeys = false;
  readonly #listeners = new Set<() => void>();

  get thing(): Thing | null {
    return this.#thing;
  }

  /** True where the keyboard's cursor points: what it points at stays until it moves. */
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

/** @returns the thing, drawing again when it is another */
export function usePointed(pointed: Pointed): Thing | null {
  return useSyncExternalStore(
    pointed.subscribe,
    () => pointed.thing,
    () => null,
  );
}
