import {
  type FocusEvent,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useEffectEvent,
  useMemo,
  useRef,
  useState,
} from 'react';
import { flushSync } from 'react-dom';

/** A row, or the heading of the rows that follow. */
export type ListEntry<Item> = { key: string } & ({ item: Item } | { heading: ReactNode });

interface RowFocusOptions {
  entries: readonly ListEntry<unknown>[];
  /** The list is rendered by the browser, not as the server rendered it. */
  alive: boolean;
  /** The key of an entry to bring into view. */
  target: string | null;
  list: RefObject<HTMLUListElement | null>;
  /** Scrolls an entry close enough to be rendered. */
  scrollTo: (index: number) => void;
}

const PAGE = 10;

/**
 * Gives a whole list one tab stop (roving tabindex); arrows, Home, End and the page keys move in it.
 *
 * @returns the entry with the tab stop, and the listeners for the list
 */
export function useRowFocus({ entries, alive, target, list, scrollTo }: RowFocusOptions) {
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const indexes = useMemo(() => new Map(entries.map(({ key }, index) => [key, index])), [entries]);
  const first = entries.findIndex((entry) => 'item' in entry);
  const activeIndex = (activeKey === null ? undefined : indexes.get(activeKey)) ?? first;
  /** The focused entry; null if the focus is outside the list. */
  const focused = useRef<{ key: string; index: number } | null>(null);

  const go = (from: number, step: 1 | -1) => {
    let index = Math.max(0, Math.min(entries.length - 1, from));
    while (isHeading(entries[index])) index += step;
    const entry = entries[index];
    if (entry === undefined) return;
    // Rendered first: the list always renders the entry with the tab stop, however far away it is.
    flushSync(() => setActiveKey(entry.key));
    handleOf(list.current, entry.key)?.focus({ preventScroll: true });
    scrollTo(index);
  };

  const bring = useEffectEvent((key: string) => {
    if (focused.current === null) setActiveKey(key);
    scrollTo(indexes.get(key) ?? 0);
  });
  const isThere = alive && target !== null && indexes.has(target);
  useEffect(() => {
    if (target !== null && isThere) bring(target);
  }, [target, isThere]);

  const followLoss = useEffectEvent(() => {
    const lost = focused.current;
    if (lost === null || indexes.has(lost.key) || document.activeElement !== document.body) return;
    focused.current = null;
    if (entries.length > 0) go(lost.index, 1);
  });
  useEffect(() => followLoss());

  return {
    activeIndex,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      const way = gridWay(list.current, activeIndex, event.key) ?? ways(activeIndex, entries.length)[event.key];
      if (way === undefined) return;
      event.preventDefault();
      go(...way);
    },
    onFocus: (event: FocusEvent) => {
      const key = event.target.closest<HTMLElement>('[data-key]')?.dataset.key;
      const index = key === undefined ? undefined : indexes.get(key);
      if (key === undefined || index === undefined) return;
      focused.current = { key, index };
      setActiveKey(key);
    },
    onBlur: (event: FocusEvent) => {
      // A focused row that is removed also loses the focus; this does not mean that the person left the list.
      if (event.target.isConnected) focused.current = null;
    },
  };
}

function isHeading(entry: ListEntry<unknown> | undefined): boolean {
  return entry !== undefined && 'heading' in entry;
}

function ways(at: number, length: number): Record<string, [from: number, step: 1 | -1] | undefined> {
  return {
    ArrowDown: [at + 1, 1],
    ArrowUp: [at - 1, -1],
    PageDown: [at + PAGE, 1],
    PageUp: [at - PAGE, -1],
    Home: [0, 1],
    End: [length - 1, -1],
  };
}

/**
 * Finds the target of an arrow key in a list that is drawn as a grid: the nearest row in that direction.
 *
 * @returns null where the list is no grid, and for other keys
 */
function gridWay(list: HTMLElement | null, at: number, key: string): [from: number, step: 1 | -1] | null {
  if (list === null || !key.startsWith('Arrow') || getComputedStyle(list).display !== 'grid') return null;
  if (key === 'ArrowRight') return [at + 1, 1];
  if (key === 'ArrowLeft') return [at - 1, -1];
  const step = key === 'ArrowDown' ? 1 : -1;
  const rows = [...list.querySelectorAll<HTMLElement>(':scope > [data-index]:has([data-row])')];
  const from = rows.find(({ dataset }) => Number(dataset.index) === at);
  if (from === undefined) return null;
  const beyond = rows.filter((row) => (row.offsetTop - from.offsetTop) * step > 0);
  const distance = (row: HTMLElement) =>
    Math.abs(row.offsetTop - from.offsetTop) * list.clientWidth + Math.abs(row.offsetLeft - from.offsetLeft);
  const nearest = beyond.toSorted((one, other) => distance(one) - distance(other))[0];
  return [nearest === undefined ? at : Number(nearest.dataset.index), step];
}

function handleOf(list: HTMLElement | null, key: string): HTMLElement | null {
  return list?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"] [data-row]`) ?? null;
}
