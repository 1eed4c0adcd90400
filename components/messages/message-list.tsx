import { type KeyboardEvent, type RefObject, use, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { linkIndex, linksOf } from '@/components/messages/message-links';
import { indexAt } from '@/components/messages/message-window';
import { messageRow, useMessageRows } from '@/components/messages/use-message-rows';
import type { MessageList as List } from '@/components/messages/use-message-window';
import { Moment } from '@/lib/client/moment';
import { useShortcut } from '@/lib/client/shortcuts';
import type { Message } from '@/lib/contract/schemas';
import { Scroller } from '../ui/panel';
import { ListStart } from './list-start';
import type { MessageActions } from './message-actions';
import { MessageRow } from './message-row';

interface MessageListProps {
  list: List;
  messages: readonly Message[];
  /** How many rows the view shows at most; null before it was measured. It outlives the list of one filter. */
  mostInView: number | null;
  onMostInView: (count: number) => void;
  /** The number of the message that the address points at. */
  chosen: number | null;
  onGo: (seq: number) => void;
  /** Goes to the message of an id that the given one names. */
  onFind: (id: string, namedBy: number) => void;
  onSearch: (id: string) => void;
  onCopyLink: (seq: number) => void;
}

/** The messages that are held, the part of them near the view drawn. */
export function MessageList(props: MessageListProps) {
  const { list, messages, chosen, onGo, onFind, onSearch, onCopyLink } = props;
  const rows = useMessageRows(messages, list, props.mostInView, props.onMostInView);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const [active, setActive] = useState<number | null>(null);
  const index = useMemo(() => linkIndex(messages), [messages]);
  const drawn = messages.slice(rows.range.first, rows.range.end);
  const reachable = drawn.some(({ seq }) => seq === active) ? active : drawn.at(-1)?.seq;

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
    focus: setActive,
  });

  const focusOn = useFocus(rows.list, rows.scroller);
  const walkTo = (seq: number | undefined) => {
    if (seq === undefined) return;
    setActive(seq);
    if (list.following && seq !== messages.at(-1)?.seq) list.pause();
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
        list.goToFirst();
        setActive(null);
      },
      End: () => {
        list.follow();
        setActive(null);
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
    // There it leads back to now.
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
      className="flex flex-col-reverse overflow-y-auto [overflow-anchor:none]"
    >
      {/* Reversed and hung on its lower end, the list starts at the newest message without a script, and what is
          put in above moves nothing. The browser's own anchoring would hold on to what stands at the top instead. */}
      <div className="mb-auto">
        <ListStart list={list} />
        <ol ref={rows.list} className="divide-y divide-line" aria-label="Messages" style={room(rows.above, rows.below)}>
          {drawn.map((message) => (
            <MessageRow
              key={message.seq}
              message={message}
              links={linksOf(message, index)}
              open={open.has(message.seq)}
              chosen={message.seq === chosen}
              reachable={message.seq === reachable}
              actions={actions}
            />
          ))}
        </ol>
      </div>
    </Scroller>
  );
}

const LIST_KEY = { group: 'Messages', inPalette: false };

function room(above: number, below: number) {
  return above === 0 && below === 0 ? undefined : { paddingTop: above, paddingBottom: below };
}

/**
 * Gives a row the focus once it is drawn; and when the row that has it is drawn no longer, the list takes it, so that
 * the arrows go on working.
 *
 * @returns a function that asks for a row to be focused
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

/** The same object of functions at every draw; each calls the newest it was given. */
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
