import { memo } from 'react';
import { formatCount } from '@/lib/client/text';
import { type OlderMessages, useOlderMessages } from '@/lib/client/use-older-messages';
import { usePausedList } from '@/lib/client/use-paused-list';
import { MESSAGES_AT_HAND } from '@/lib/contract/events';
import type { Message } from '@/lib/contract/schemas';
import { MessageRow } from './message-row';
import { Empty, Panel, Scroller } from './ui/panel';

interface MessagesPanelProps {
  messages: readonly Message[];
  lastEventId: string | null;
  /** How many are kept in all. */
  total: number;
}

/** What was said, oldest first, hanging on the newest. */
export const MessagesPanel = memo(function MessagesPanel({ messages, lastEventId, total }: MessagesPanelProps) {
  const list = usePausedList(messages, lastEventId);
  const older = useOlderMessages(list.oldestCursor);
  const count = older.messages.length + list.shown.length;
  return (
    <Panel
      id="messages"
      title="Messages"
      count={total}
      note={count < total && `${formatCount(count)} shown`}
      className="relative h-[85dvh] lg:h-auto"
    >
      {count === 0 ? (
        <Empty title="Nothing has been said yet.">
          Messages appear here the moment an agent sends one, for example by{' '}
          <code>claudeswarm send-message agent-1 INFO &quot;Hello&quot;</code>.
        </Empty>
      ) : (
        <Scroller
          ref={list.scroller}
          label="List of messages"
          onScroll={list.onScroll}
          className="flex flex-col-reverse overflow-y-auto [overflow-anchor:none]"
        >
          {/* Reversed and hung on its lower end, the list starts at the newest message without a script, and what is
              put in above moves nothing. The browser's own anchoring would hold on to the button above instead. */}
          <div className="mb-auto">
            <OlderButton older={older} unread={count < total} />
            <ol className="divide-y divide-line" aria-label="Messages">
              {older.messages.map((message) => (
                <MessageRow key={message.seq} message={message} />
              ))}
              {list.shown.map((message) => (
                <MessageRow key={message.seq} message={message} />
              ))}
            </ol>
          </div>
        </Scroller>
      )}
      {list.unseen > 0 && (
        <button
          type="button"
          onClick={list.follow}
          className="-translate-x-1/2 absolute bottom-3 left-1/2 cursor-pointer rounded-full bg-accent px-3 py-1 font-medium text-paper shadow-sm"
        >
          {list.unseen >= MESSAGES_AT_HAND ? `${formatCount(MESSAGES_AT_HAND)} or more` : formatCount(list.unseen)} new
          ↓
        </button>
      )}
    </Panel>
  );
});

function OlderButton({ older, unread }: { older: OlderMessages; unread: boolean }) {
  if (older.more === false) return <p className="px-4 py-2 text-muted">This is the first message kept.</p>;
  if (older.more === null && !unread) return null;
  return (
    <div className="px-4 py-2">
      <button type="button" className="link" disabled={older.loading} onClick={older.load}>
        {older.loading ? 'Loading…' : 'Older messages'}
      </button>
      {older.error !== null && (
        <p role="alert" className="text-bad">
          {older.error}
        </p>
      )}
    </div>
  );
}
