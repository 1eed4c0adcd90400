'use client';

import { PlainPage } from '@/components/shell/plain-page';

/** What is shown where drawing the page has failed; the swarm and the server go on. */
export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <PlainPage title="The page could not be shown">
      <p>
        Something failed while it was drawn. The swarm is not affected: the dashboard only reads.
        {error.digest && <> The server’s log has the reason under number {error.digest}.</>}
      </p>
      <p className="mt-3">
        <button type="button" className="link" onClick={reset}>
          Try again
        </button>
      </p>
    </PlainPage>
  );
}
