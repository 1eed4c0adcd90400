import { useEffect, useLayoutEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { MessageListInput, MessageListView } from './message-list-state';
import { MessageListStore } from './message-list-store';
import { readFirstPage, readPage } from './message-pages';

/** What the list shows, and the store that takes the reader's moves. */
export interface MessageList extends MessageListView {
  store: MessageListStore;
}

/** Subscribes a component to its own `MessageListStore`, which lives as long as the component. */
export function useMessageWindow({ messages, lastEventId, choice, pointedAt }: MessageListInput): MessageList {
  const input = useMemo(
    () => ({ messages, lastEventId, choice, pointedAt }),
    [messages, lastEventId, choice, pointedAt],
  );
  const [store] = useState(() => new MessageListStore({ readPage, readFirstPage }, input));
  useSyncExternalStore(store.subscribe, store.version, store.version);
  // Before the effects of the rows: they may already ask for older messages.
  useLayoutEffect(() => store.accept(input), [store, input]);
  useEffect(() => () => store.stop(), [store]);
  return { ...store.view(input), store };
}
