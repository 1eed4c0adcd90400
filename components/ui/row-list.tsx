import { type ReactNode, Suspense, useCallback, useRef, useState, useSyncExternalStore } from 'react';
import { formatCount } from '@/lib/client/text';
import { usePrinting } from '@/lib/client/use-printing';
import { lazyPart } from './lazy-part';
import { Scroller } from './panel';
import type { RowWindow } from './row-window';
import { type ListEntry, useRowFocus } from './use-row-focus';

const LongListWindow = lazyPart(() => import('./row-window'));

/** Lists up to this length are rendered in full: the browser's own search finds every row, at little cost. */
export const MAX_UNWINDOWED_ROWS = 200;

interface RowListProps<Item> {
  label: string;
  entries: readonly ListEntry<Item>[];
  /** The key of a row to bring into view. */
  target: string | null;
  /** The usual height of a row in pixels. */
  usualHeight: number;
  /** The classes of the list. */
  className?: string;
  /** The classes of a row for its size and padding. */
  rowClass?: string;
  /** A row's anchor, whether it is selected, and whether it has just changed. */
  describe: (item: Item) => { id: string | undefined; chosen: boolean; flashing: boolean };
  /**
   * The content of a row. One button in it, marked `data-row`, is its handle: it takes the focus of the row, and a
   * click anywhere in the row clicks it. Every focusable element gets the given `tabIndex`.
   */
  children: (item: Item, tabIndex: 0 | -1) => ReactNode;
}

const ROW =
  'border-line border-b data-chosen:bg-tint data-chosen:shadow-[inset_2px_0_var(--accent)] data-flash:bg-accent/12 data-flash:transition-[background-color] data-flash:duration-140 motion-reduce:data-flash:transition-none has-[[data-row]:focus-visible]:outline-2 has-[[data-row]:focus-visible]:outline-accent has-[[data-row]:focus-visible]:-outline-offset-2';

const never = () => () => {};

/**
 * A list with one tab stop and arrow-key control. Of a long list only the visible rows are rendered; before hydration,
 * its start.
 */
export function RowList<Item>(props: RowListProps<Item>) {
  const { label, entries, target, usualHeight, className, rowClass = 'px-4 py-2', describe, children } = props;
  const alive = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  const scroller = useRef<HTMLElement>(null);
  const list = useRef<HTMLUListElement>(null);
  // The same function while the entries stay the same: another function would measure every row again.
  const keyOf = useCallback((index: number) => entries[index]?.key ?? index, [entries]);
  const printing = usePrinting();
  const long = entries.length > MAX_UNWINDOWED_ROWS && !printing;
  const [known, setKnown] = useState<RowWindow | null>(null);
  const rows = long ? known : null;
  const focus = useRowFocus({
    entries,
    alive: alive && (!long || rows !== null),
    target,
    list,
    scrollTo: (index) => (rows ? rows.scrollTo(index) : bringIntoView(list.current, index)),
  });
  const drawn = printing ? entries.length : Math.min(entries.length, MAX_UNWINDOWED_ROWS);
  const places = rows?.places ?? Array.from({ length: drawn }, (_, index) => ({ index, style: undefined }));
  return (
    <Scroller ref={scroller} label={label} tabIndex={-1} className="overflow-y-auto">
      {alive && long && (
        <Suspense>
          <LongListWindow
            count={entries.length}
            scroller={scroller}
            usualHeight={usualHeight}
            keyOf={keyOf}
            kept={focus.activeIndex}
            onChange={setKnown}
          />
        </Suspense>
      )}
      <ul
        ref={list}
        style={rows?.style}
        className={className}
        onKeyDown={focus.onKeyDown}
        onFocus={focus.onFocus}
        onBlur={focus.onBlur}
        onClick={passToHandle}
      >
        {places.map(({ index, style }) => {
          const entry = entries[index];
          if (entry === undefined) return null;
          const place = {
            ref: rows?.measure,
            style,
            'data-index': index,
            'data-key': entry.key,
            'aria-setsize': rows ? entries.length : undefined,
            'aria-posinset': rows ? index + 1 : undefined,
          };
          if ('heading' in entry) {
            return (
              <li key={entry.key} {...place} className="col-span-full border-line border-b bg-tint px-4 py-1">
                <h3 className="wrap-anywhere font-medium text-muted">{entry.heading}</h3>
              </li>
            );
          }
          const { id, chosen, flashing } = describe(entry.item);
          return (
            <li
              key={entry.key}
              {...place}
              id={id}
              data-chosen={chosen || undefined}
              data-flash={flashing || undefined}
              className={`${ROW} ${rowClass}`}
            >
              {children(entry.item, index === focus.activeIndex ? 0 : -1)}
            </li>
          );
        })}
      </ul>
      {!alive && long && (
        <p className="px-4 py-2 text-muted">
          and {formatCount(entries.length - drawn)} more, which need JavaScript to be shown.
        </p>
      )}
    </Scroller>
  );
}

function bringIntoView(list: HTMLElement | null, index: number): void {
  list?.querySelector(`:scope > [data-index="${index}"]`)?.scrollIntoView({ block: 'nearest', behavior: 'instant' });
}

/** Rows are large and their text can be selected; only a plain click selects a row. */
function passToHandle(event: React.MouseEvent<HTMLUListElement>): void {
  const place = event.target instanceof Element ? event.target : null;
  if (!place || place.closest('button, a, summary, select') || window.getSelection()?.isCollapsed === false) return;
  place.closest('li')?.querySelector<HTMLElement>('[data-row]')?.click();
}
