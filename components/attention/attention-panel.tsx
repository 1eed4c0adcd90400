import { memo, type ReactNode, use, useMemo } from 'react';
import { type AttentionRow, attentionRows, openCount, splitByMarks } from '@/components/attention/attention';
import { Moment } from '@/lib/client/moment';
import { counted, formatCount } from '@/lib/client/text';
import type { AttentionAnswer, AttentionEntry } from '@/lib/contract/schemas';
import { Row } from './attention-row';
import { HiddenItems } from './hidden-items';
import { useItemKeys } from './use-item-keys';
import { useReservedLines } from './use-reserved-lines';

/** More fold away: the panels below must stay in sight. The style sheet knows so many lines and one for the rest. */
const MAX_SHOWN = 4;

interface NeedsYouProps {
  answer: AttentionAnswer;
  /** It is past, or a recording: nothing can be decided. */
  fixed: boolean;
  onOpen: (entry: AttentionEntry) => void;
  /** A switch at the right end of the heading. */
  children: ReactNode;
}

/** What wants a person, worst first; empty most of the time. */
export const NeedsYou = memo(function NeedsYou({ answer, fixed, onOpen, children }: NeedsYouProps) {
  const quiet = use(Moment) === null ? 'Nothing right now.' : 'Nothing known of this moment.';
  const { rows, hidden } = useMemo(() => {
    const { open, hidden } = splitByMarks(answer.attention);
    return { rows: attentionRows(open), hidden };
  }, [answer]);
  const count = openCount(answer);
  const folded = rows.slice(MAX_SHOWN);
  const lines = useReservedLines(Math.min(rows.length, MAX_SHOWN) + (folded.length > 0 ? 1 : 0));
  const list = useItemKeys(rows, !fixed);
  const drawn = (shown: readonly AttentionRow[]) =>
    shown.map((row) => <Row key={row.key} row={row} fixed={fixed} onOpen={onOpen} />);
  return (
    <section
      id="needs-you"
      aria-labelledby="needs-you-title"
      tabIndex={-1}
      className="flex min-h-0 shrink-0 flex-col border-line border-b outline-none"
    >
      <header className="flex h-9 shrink-0 items-center gap-2 pr-2 pl-4">
        <h2 id="needs-you-title" className="font-semibold">
          Needs you
        </h2>
        <p role="status" className={count > 0 ? 'font-medium text-bad' : 'text-muted'}>
          {count > 0 ? (
            <>
              {formatCount(count)}
              <span className="sr-only"> {count === 1 ? 'thing needs' : 'things need'} you</span>
            </>
          ) : (
            quiet
          )}
        </p>
        {children}
      </header>
      {lines > 0 && (
        <div
          ref={list}
          data-lines={lines}
          className="needs-you-list overflow-y-auto max-md:min-h-0 pb-1 md:max-h-[32dvh]"
        >
          {rows.length > 0 && <ol aria-label="What needs you">{drawn(rows.slice(0, MAX_SHOWN))}</ol>}
          {folded.length > 0 && (
            <details className="group/more">
              <summary className="link mx-4 my-1 inline-block">
                <span className="group-open/more:hidden">{counted(folded.length, 'more', 'more')}</span>
                <span className="hidden group-open/more:inline">Show fewer</span>
              </summary>
              <ol aria-label="What needs you too">{drawn(folded)}</ol>
            </details>
          )}
        </div>
      )}
      {answer.hidden_count > 0 && <HiddenItems answer={answer} hidden={hidden} fixed={fixed} onOpen={onOpen} />}
    </section>
  );
});
