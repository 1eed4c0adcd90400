import { createContext, Fragment, use } from 'react';
import { withHits } from '@/lib/client/search';
import { Revealed } from '../ui/text';

/** The pattern of the search's hits, which every text below highlights. */
export const Hits = createContext<RegExp | null>(null);

/** Text with the search's hits highlighted and invisible characters made visible. */
export function Highlighted({ text }: { text: string }) {
  const pattern = use(Hits);
  return withHits(text, pattern).map((piece, index) => {
    if (piece === '') return null;
    return index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces have no other identity
      <mark key={index} className="rounded-xs bg-warn/25 text-inherit">
        <Revealed text={piece} />
      </mark>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces have no other identity
      <Fragment key={index}>
        <Revealed text={piece} />
      </Fragment>
    );
  });
}
