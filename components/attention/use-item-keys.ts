import { type RefObject, useLayoutEffect, useRef } from 'react';
import type { AttentionRow } from '@/components/attention/attention';
import { useShortcut } from '@/lib/client/shortcuts';

const GROUP = { group: 'Needs you', inPalette: false };
const ITEM = '[data-attention]';

/**
 * Binds the keys of the focused item. When that item is acknowledged or snoozed, the focus moves to the item that takes
 * its place.
 *
 * @param enabled whether items can be acknowledged
 * @returns the ref of the list's element
 */
export function useItemKeys(rows: readonly AttentionRow[], enabled: boolean): RefObject<HTMLDivElement | null> {
  const list = useRef<HTMLDivElement>(null);
  const place = useRef<number | null>(null);
  const press = (key: string) => () => {
    const item = document.activeElement?.closest(ITEM);
    if (item && list.current?.contains(item)) item.querySelector<HTMLElement>(`[data-key="${key}"] button`)?.click();
  };
  const options = { ...GROUP, enabled: enabled && rows.length > 0 };
  useShortcut('a', 'Acknowledge the item that has the focus', press('a'), options);
  useShortcut('s', 'Snooze the item that has the focus', press('s'), options);
  useShortcut('w', 'Show why the item that has the focus is listed', press('w'), options);

  useLayoutEffect(() => {
    const note = ({ target }: Event) => {
      const item = target instanceof Element ? target.closest(ITEM) : null;
      place.current =
        item && list.current?.contains(item) ? [...list.current.querySelectorAll(ITEM)].indexOf(item) : null;
    };
    const events = ['focusin', 'pointerdown'];
    for (const event of events) document.addEventListener(event, note);
    return () => {
      for (const event of events) document.removeEventListener(event, note);
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the focused item can disappear whenever the rows change
  useLayoutEffect(() => {
    if (place.current === null || document.activeElement !== document.body) return;
    const items = [...(list.current?.querySelectorAll(ITEM) ?? [])];
    const next = items[Math.min(place.current, items.length - 1)];
    const link = next?.querySelector<HTMLElement>('[data-first]') ?? document.getElementById('needs-you');
    link?.focus();
  }, [rows]);
  return list;
}
