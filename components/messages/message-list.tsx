import { type KeyboardEvent, type RefObject, use, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { type Folds, foldMessages } from '@/components/messages/message-folds';
import { linkIndex, linksOf } from '@/components/messages/message-links';
import { indexAt } from '@/components/messages/message-window';
import { messageRow, useMessageRows } from '@/components/messages/use-message-rows';
import type { MessageList as List } from '@/components/messages/use-message-window';
import { Moment } from '@/lib/client/moment';
import { useShortcut } from '@/lib/client/shortcuts';
import type { Message } from '@/lib/contract/schemas';
import { Scroller } from '../ui/panel';
import { firstUnseen, type LastLooked } from './last-looked';
import { ListStart } from './list-start';
import type { MessageActions } from './message-actions';
import { MessageRow } from './message-row';
import { useHold } from './use-hold';

interface MessageListProps {
  list: List;
  /** Only messages that match a filter are listed. */
  filtered: boolean;
  messages: readonly Message[];
  /** What the reader saw before the page was looked at again. */
  looked: LastLooked | null;
  /** How many rows the view shows at most; null before it is measured. Kept when the filter changes. */
  mostInView: number | null;
  onMostInView: (count: number) => void;
  /** The number of the message that the address points at. */
  chosen: number | null;
  onGo: (seq: number) => void;
  /** Goes to the message with an id that the given message names. */
  onFind: (id: string, namedBy: number) => void;
  onSearch: (id: string) => void;
  onCopyLink: (seq: number) => void;
}

/** The loaded messages; only those near the view are rendered. */
export function MessageList(props: MessageListProps) {
  const { list, filtered, chosen, onGo, onFind, onSearch, onCopyLink } = props;
  const index = useMemo(() => linkIndex(props.messages), [props.messages]);
  const { rows: messages, into } = useMemo(
    // Of a search each hit is shown.
    () => (filtered ? { rows: props.messages, into: NO_FOLDS } : foldMessages(props.messages, index, chosen)),
    [props.messages, index, filtered, chosen],
  );
  const rows = useMessageRows(messages, list, props.mostInView, props.onMostInView);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const [active, setActive] = useState<number | null>(null);
  const firstNew = list.window && firstUnseen(messages, props.looked, list.window.epoch);
  const drawn = messages.slice(rows.range.first, rows.range.end);
  const reachable = reachableRow(drawn, active, rows.inView);

  const toggle = (seq: number) => {
    rows.holdOn(seq);
    setOpen((now) => (now.has(seq) ? new Set([...now].filter((other) => other !== seq)) : new Set([...now, seq])));
  };
  const actions = useStable<MessageActions>({
    toggle,
    copyLink: onCopyLink,
    go: onGo,
    find: onFind,
    search: onSearch,
    keepInPlace: rows.holdOn,
    focus: setActive,
  });

  useHold(list.store, rows.scroller);
  const focusOn = useFocus(rows.list, rows.scroller);
  const walkTo = (seq: number | undefined) => {
    if (seq === undefined) return;
    setActive(seq);
    if (list.following && seq !== messages.at(-1)?.seq) list.store.pause();
    rows.reveal(seq);
    focusOn(seq);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const isRow = event.target instanceof HTMLElement && event.target.matches('[data-seq], [data-scroller]');
    if (!isRow || event.ctrlKey || event.metaKey || event.altKey) return;
    const inView = Math.max(1, rows.rowsInView() - 1);
    const at = active === null || messages.length === 0 ? messages.length - 1 : indexAt(messages, active);
    const to = (index: number) => messages[Math.min(messages.length - 1, Math.max(0, index))]?.seq;
    const keys: Record<string, () => void> = {
      ArrowUp: () => walkTo(to(active === null ? at : at - 1)),
      ArrowDown: () => walkTo(to(at + 1)),
      PageUp: () => walkTo(to(at - inView)),
      PageDown: () => walkTo(to(at + inView)),
      Home: () => {
        list.store.goToFirst();
        setActive(null);
      },
      End: () => {
        list.store.follow();
        setActive(null);
        // A focused row would hold the list.
        rows.scroller.current?.focus({ preventScroll: true });
      },
      Enter: () => active !== null && toggle(active),
    };
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };
  useShortcut('l', 'Copy a link to the message', () => active !== null && onCopyLink(active), {
    ...LIST_KEY,
    // At a past moment `l` goes back to live.
    enabled: use(Moment) === null,
  });
  useShortcut('y', 'Copy a link to the message', () => active !== null && onCopyLink(active), LIST_KEY);
  const { target } = list;
  useEffect(() => {
    if (target) setActive(target.seq);
  }, [target]);

  return (
    <Scroller
      ref={rows.scroller}
      label="List of messages"
      onScroll={rows.onScroll}
      onKeyDown={onKeyDown}
      // The rows have the one stop of the list. A list without rows scrolls nothing.
      tabIndex={-1}
      className="flex flex-col-reverse overflow-y-auto [overflow-anchor:none]"
    >
      {/* Reversed, so the list starts at the newest message without a script, and rows inserted above move nothing.
          The browser's own scroll anchoring would keep the top row in place instead. */}
      <div className="mb-auto">
        <ListStart list={list} filtered={filtered} />
        <ol ref={rows.list} className="divide-y divide-line" aria-label="Messages" style={room(rows.above, rows.below)}>
          {drawn.map((message) => (
            <MessageRow
              key={message.seq}
              message={message}
              links={linksOf(message, index, into.get(message.seq))}
              open={open.has(message.seq)}
              chosen={message.seq === chosen}
              firstNew={message.seq === firstNew}
              reachable={message.seq === reachable}
              actions={actions}
            />
          ))}
        </ol>
      </div>
    </Scroller>
  );
}

/**
 * @param active the row that had the focus last
 * @returns the one row that Tab focuses: that one while it is in view, else the newest one in view
 */
function reachableRow(
  drawn: readonly Message[],
  active: number | null,
  inView: { first: number; last: number } | null,
): number | undefined {
  const isInView = ({ seq }: Message) => inView === null || (seq >= inView.first && seq <= inView.last);
  const kept = drawn.find((message) => message.seq === active && isInView(message));
  return (kept ?? drawn.findLast(isInView) ?? drawn.at(-1))?.seq;
}

const NO_FOLDS: Folds['into'] = new Map();

const LIST_KEY = { group: 'Messages', inPalette: false };

function room(above: number, below: number) {
  return above === 0 && below === 0 ? undefined : { paddingTop: above, paddingBottom: below };
}

/**
 * Focuses a row once it is rendered. When the focused row is no longer rendered, the list takes the focus, so that the
 * arrow keys keep working.
 *
 * @returns a function that requests the focus for a row
 */
function useFocus(rows: RefObject<HTMLElement | null>, scroller: RefObject<HTMLElement | null>) {
  const wanted = useRef<number | null>(null);
  const inside = useRef(false);
  useLayoutEffect(() => {
    const row = wanted.current !== null && rows.current && messageRow(rows.current, wanted.current);
    if (row) {
      wanted.current = null;
      row.focus({ preventScroll: true });
    } else if (inside.current && document.activeElement === document.body) {
      scroller.current?.focus({ preventScroll: true });
    }
    inside.current = scroller.current?.contains(document.activeElement) ?? false;
  });
  return (seq: number) => {
    wanted.current = seq;
    const row = rows.current && messageRow(rows.current, seq);
    row?.focus({ preventScroll: true });
  };
}

/** Returns the same object of functions at every render; each calls the function that was given last. */
function useStable<Functions extends object>(functions: Functions): Functions {
  const newest = useRef(functions);
  useEffect(() => {
    newest.current = functions;
  });
  const [stable] = useState(() => {
    const names = Object.keys(functions) as (keyof Functions)[];
    const call =
      (name: keyof Functions) =>
      (...given: unknown[]) =>
        (newest.current[name] as (...given: unknown[]) => void)(...given);
    return Object.fromEntries(names.map((name) => [name, call(name)])) as Functions;
  });
  return stable;
}
