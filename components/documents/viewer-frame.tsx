import type { RefObject } from 'react';
import { served } from '@/lib/client/base-path';
import { OPENAPI_PATH } from '@/lib/contract/paths';

/** The element that a viewer renders into; without scripts it shows a link to the document itself. */
export function ViewerFrame({ place }: { place: RefObject<HTMLDivElement | null> }) {
  return (
    <main className="viewer">
      <link rel="icon" href={served('/static/icon.svg')} />
      <noscript>
        This page needs JavaScript; the document itself is <a href={served(OPENAPI_PATH)}>openapi.json</a>.
      </noscript>
      <div ref={place} />
    </main>
  );
}
