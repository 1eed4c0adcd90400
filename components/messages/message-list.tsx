import { useEffect, useMemo, useRef, useState } from 'react';
import { type Folds, foldMessages } from '@/components/messages/message-folds';
import { linkIndex, linksOf } from '@/components/messages/message-links';
import { useMessageRows } from '@/components/messages/use-message-rows';
import type { MessageList as List } from '@/components/messages/use-message-window';
import type { Message } from '@/lib/contract/schemas';
import { Scroller } from '../ui/panel';
import { firstUnseen, type LastLooked } from './last-looked';
import { ListStart } from './list-start';
import type { MessageActions } from './message-actions';
import { MessageRow } from './message-row';
import { useHold } from './use-hold';
import { useListKeys } from './use-list-keys';

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
  // In a list that moves on, the row that had the focus may be out of view by now.
  const keepsPlace = !list.following || list.held === 'focus';
  const reachable = reachableRow(drawn, keepsPlace ? active : null, rows.inView);

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
  const onKeyDown = useListKeys({ list, messages, rows, active, setActive, toggle, onCopyLink });
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

function room(above: number, below: number) {
  return above === 0 && below === 0 ? undefined : { paddingTop: above, paddingBottom: below };
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
