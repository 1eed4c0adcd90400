'use client';

import { PlainPage } from '@/components/shell/plain-page';

/** Shown when the page fails to render; the swarm and the server are not affected. */
export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <PlainPage title="The page could not be shown">
      <p>
        The page failed to render. The swarm is not affected: the dashboard only reads its files.
        {error.digest && <> The server’s log has the reason under {error.digest}.</>}
      </p>
      <p className="mt-3">
        <button type="button" className="link" onClick={reset}>
          Try again
        </button>
      </p>
    </PlainPage>
  );
}
