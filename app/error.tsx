'use client';

import { useEffect } from 'react';
import { PlainPage } from '@/components/shell/plain-page';

const RETRY_INTERVAL_MS = 5000;

/**
 * Shown when the page as a whole fails to render, and until it succeeds; the swarm and the server are not affected. Its
 * parts have error boundaries of their own.
 */
export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  useEffect(() => {
    const timer = setTimeout(reset, RETRY_INTERVAL_MS);
    return () => clearTimeout(timer);
  }, [reset]);
  return (
    <PlainPage title="The page could not be shown">
      <p>
        The page failed to render. The swarm is not affected: the dashboard only reads its files. The page tries again
        every 5 s.
        {error.digest && <> The server’s log has the reason under {error.digest}.</>}
      </p>
      <p className="mt-3">
        <button type="button" className="link" onClick={reset}>
          Try now
        </button>
      </p>
    </PlainPage>
  );
}
