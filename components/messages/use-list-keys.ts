import { type KeyboardEvent, type RefObject, use, useLayoutEffect, useRef } from 'react';
import { indexAt } from '@/components/messages/message-window';
import { type MessageRows, messageRow } from '@/components/messages/use-message-rows';
import type { MessageList } from '@/components/messages/use-message-window';
import { Moment } from '@/lib/client/moment';
import { useShortcut } from '@/lib/client/shortcuts';
import type { Message } from '@/lib/contract/schemas';

interface ListKeys {
  list: MessageList;
  /** Those with rows, oldest first. */
  messages: readonly Message[];
  rows: MessageRows;
  /** The number of the row that had the focus last. */
  active: number | null;
  setActive: (seq: number | null) => void;
  toggle: (seq: number) => void;
  onCopyLink: (seq: number) => void;
}

const LIST_KEY = { group: 'Messages', inPalette: false };

/**
 * Moves the focus from row to row, opens texts and copies links by keyboard.
 *
 * @returns the handler of key presses in the list
 */
export function useListKeys(given: ListKeys): (event: KeyboardEvent<HTMLElement>) => void {
  const { list, messages, rows, active, setActive, toggle, onCopyLink } = given;
  const focusOn = useFocus(rows.list, rows.scroller);
  const walkTo = (seq: number | undefined) => {
    if (seq === undefined) return;
    setActive(seq);
    if (list.following && seq !== messages.at(-1)?.seq) list.store.pause();
    rows.reveal(seq);
    focusOn(seq);
  };
  useShortcut('l', 'Copy a link to the message', () => active !== null && onCopyLink(active), {
    ...LIST_KEY,
    // At a past moment `l` goes back to live.
    enabled: use(Moment) === null,
  });
  useShortcut('y', 'Copy a link to the message', () => active !== null && onCopyLink(active), LIST_KEY);
  return (event) => {
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
}

/**
 * Focuses a row once it is rendered. When the focused row is no longer rendered, the list takes the focus, so that the
 * arrow keys keep working.
 *
 * @returns a function that requests the focus for a row
 */
function useFocus(rows: RefObject<HTMLElement | null>, scroller: RefObject<HTMLElement | null>) {
  const wanted = useRef<number | null>(null);
  const focused = useRef<Element | null>(null);
  useLayoutEffect(() => {
    const row = wanted.current !== null && rows.current && messageRow(rows.current, wanted.current);
    if (row) {
      wanted.current = null;
      row.focus({ preventScroll: true });
    } else if (focused.current?.isConnected === false && document.activeElement === document.body) {
      // Only if it was removed: on its way out of the list the focus is for a moment nowhere.
      scroller.current?.focus({ preventScroll: true });
    }
    focused.current = scroller.current?.contains(document.activeElement) ? document.activeElement : null;
  });
  return (seq: number) => {
    wanted.current = seq;
    const row = rows.current && messageRow(rows.current, seq);
    row?.focus({ preventScroll: true });
  };
}
