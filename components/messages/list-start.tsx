import type { MessageList } from '@/components/messages/use-message-window';

/** Shown above the oldest loaded message: that it is the first one, or a button that loads older ones. */
export function ListStart({ list }: { list: MessageList }) {
  if (list.window?.first) {
    return list.window.messages.length > 0 && <p className="px-4 py-2 text-muted">This is the first message kept.</p>;
  }
  return (
    <div className="min-h-9 px-4 py-2">
      {list.error === null || list.error.invalid ? (
        <button type="button" className="link" disabled={list.loading} onClick={() => list.store.loadOlder()}>
          {list.loading ? 'Loading…' : 'Older messages'}
        </button>
      ) : (
        <p role="alert" className="text-bad">
          {list.error.message}{' '}
          <button type="button" className="link" disabled={list.loading} onClick={() => list.store.loadOlder()}>
            Try again
          </button>
        </p>
      )}
    </div>
  );
}
