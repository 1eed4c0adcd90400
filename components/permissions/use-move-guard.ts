import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { MoveGuard } from './move-guard';

/**
 * Watches where the buttons of the cards in a list are: after each render, and whenever something in the list changes
 * its size.
 *
 * @param list the list that scrolls; its cards have `data-permission`, and the place of their buttons `data-actions`
 * @returns whether a card's buttons may be used now
 */
export function useMoveGuard(list: RefObject<HTMLElement | null>): (key: string) => boolean {
  const [guard] = useState(() => new MoveGuard());
  const last = useRef({ height: 0, top: 0 });
  const note = useCallback(() => {
    const { current } = list;
    if (current === null) return;
    const { scrollTop, scrollHeight } = current;
    const places = new Map<string, number>();
    for (const actions of current.querySelectorAll<HTMLElement>('[data-actions]')) {
      const key = actions.closest<HTMLElement>('[data-permission]')?.dataset.permission;
      // Scrolling by the reader moves what they look at, which is meant.
      if (key !== undefined) places.set(key, actions.getBoundingClientRect().top + scrollTop);
    }
    guard.note(places, performance.now());
    // A list that became shorter at its end moves everything back.
    if (scrollHeight < last.current.height && scrollTop < last.current.top) guard.noteAll(performance.now());
    last.current = { height: scrollHeight, top: scrollTop };
  }, [guard, list]);
  useLayoutEffect(note);
  useEffect(() => {
    const observer = new ResizeObserver(note);
    const { current } = list;
    if (current === null) return;
    observer.observe(current);
    for (const card of current.querySelectorAll('[data-permission]')) observer.observe(card);
    return () => observer.disconnect();
  });
  return useCallback((key: string) => guard.allows(key, performance.now()), [guard]);
}
