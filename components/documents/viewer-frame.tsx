import type { RefObject } from 'react';

/** Where a viewer draws; without scripts it leads to the document itself. */
export function ViewerFrame({ place }: { place: RefObject<HTMLDivElement | null> }) {
  return (
    <main className="viewer">
      <noscript>
        This page needs JavaScript; the document itself is <a href="openapi.json">openapi.json</a>.
      </noscript>
      <div ref={place} />
    </main>
  );
}
