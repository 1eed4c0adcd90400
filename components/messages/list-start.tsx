import { useEffect, useRef, useState } from 'react';
import type { MessageList } from '@/components/messages/use-message-window';

/** Shown above the oldest loaded message: that it is the first one, or a button that loads older ones. */
export function ListStart({ list, filtered }: { list: MessageList; filtered: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  // Out of view it is no stop for Tab: the focus would scroll the list there.
  const tabIndex = useIsInView(place) ? 0 : -1;
  if (list.window?.first) {
    const text = filtered ? 'No earlier matches.' : 'This is the first message kept.';
    return list.window.messages.length > 0 && <p className="px-4 py-2 text-muted">{text}</p>;
  }
  return (
    <div ref={place} className="min-h-9 px-4 py-2">
      {list.error === null || list.error.invalid ? (
        <button
          type="button"
          tabIndex={tabIndex}
          className="link"
          disabled={list.loading}
          onClick={() => list.store.loadOlder()}
        >
          {list.loading ? 'Loading…' : 'Older messages'}
        </button>
      ) : (
        <p role="alert" className="text-bad">
          {list.error.message}{' '}
          <button
            type="button"
            tabIndex={tabIndex}
            className="link"
            disabled={list.loading}
            onClick={() => list.store.loadOlder()}
          >
            Try again
          </button>
        </p>
      )}
    </div>
  );
}

/** @returns whether an element is in view, at least in part; false before that is known */
function useIsInView(place: React.RefObject<HTMLElement | null>): boolean {
  const [isInView, setInView] = useState(false);
  useEffect(() => {
    if (!place.current) return;
    const observer = new IntersectionObserver(([entry]) => setInView(entry?.isIntersecting === true));
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [place]);
  return isInView;
}
