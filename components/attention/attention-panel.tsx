import { memo, type ReactNode, use, useMemo, useState } from 'react';
import { attentionRows, openCount, splitByMarks, type Target } from '@/components/attention/attention';
import { Moment } from '@/lib/client/moment';
import { NEEDS_LINES, type NeedsLines, saveNeedsLines } from '@/lib/client/settings';
import { formatCount } from '@/lib/client/text';
import type { AttentionAnswer } from '@/lib/contract/schemas';
import { Choice } from '../ui/choice';
import { contained } from '../ui/contained';
import { lazyServedPart } from '../ui/lazy-part';
import { Row } from './attention-row';
import { useHeldRows } from './use-held-rows';
import { useItemKeys } from './use-item-keys';

// Loaded with the first item that is acknowledged or snoozed.
const HiddenItems = contained(
  'Hidden items',
  lazyServedPart(() => import('./hidden-items').then((module) => ({ default: module.HiddenItems }))),
);

interface NeedsYouProps {
  answer: AttentionAnswer;
  /** The page shows the past or an exported time range: items cannot be acknowledged. */
  fixed: boolean;
  /** The height that the server rendered. */
  initialLines: NeedsLines;
  onShow: (target: Target) => void;
  /** A switch at the right end of the heading. */
  children: ReactNode;
}

/** The attention items, most severe first. Its height is the reader's choice, so that the panels below keep their place. */
export const NeedsYou = memo(function NeedsYou({ answer, fixed, initialLines, onShow, children }: NeedsYouProps) {
  const { rows, hidden } = useMemo(() => {
    const { open, hidden } = splitByMarks(answer.attention);
    return { rows: attentionRows(open, answer.chains), hidden };
  }, [answer]);
  const [lines, setLines] = useState(initialLines);
  const list = useItemKeys(rows, !fixed);
  const held = useHeldRows(rows);
  return (
    <section
      id="needs-you"
      aria-labelledby="needs-you-title"
      tabIndex={-1}
      className="flex min-h-0 flex-col border-line border-b outline-none max-md:flex-1 max-md:border-b-0"
    >
      <header className="flex h-9 shrink-0 items-center gap-2 pr-2 pl-4">
        <h2 id="needs-you-title" className="shrink-0 font-semibold">
          Needs you
        </h2>
        <OpenCount count={openCount(answer)} />
        <div className="ml-auto flex min-w-0 items-center gap-2">
          {children}
          <div className="needs-script text-muted max-md:hidden">
            <Choice
              label="Height:"
              choices={NEEDS_LINES}
              names={LINES}
              value={lines}
              onChange={(chosen) => {
                setLines(chosen);
                saveNeedsLines(chosen);
              }}
            />
          </div>
        </div>
      </header>
      <div
        ref={list}
        data-lines={lines}
        {...held.handlers}
        className="needs-you-list min-h-0 overflow-y-auto overscroll-contain pb-1 max-md:flex-1"
      >
        {held.rows.length > 0 && (
          <ol aria-label="What needs you">
            {held.rows.map(({ key, row }) =>
              row === null ? <Gone key={key} /> : <Row key={key} row={row} fixed={fixed} onShow={onShow} />,
            )}
          </ol>
        )}
        {answer.hidden_count > 0 && <HiddenItems answer={answer} hidden={hidden} fixed={fixed} onShow={onShow} />}
      </div>
    </section>
  );
});

const LINES: Record<NeedsLines, string> = {
  2: '2 lines',
  3: '3 lines',
  4: '4 lines',
  5: '5 lines',
  6: '6 lines',
};

function OpenCount({ count }: { count: number }) {
  const isNow = use(Moment) === null;
  return (
    <p role="status" className={count > 0 ? 'font-medium text-bad' : 'text-muted'}>
      {count > 0 ? (
        <>
          {formatCount(count)}
          <span className="sr-only"> {count === 1 ? 'thing needs' : 'things need'} you</span>
        </>
      ) : isNow ? (
        'Nothing right now.'
      ) : (
        'Not recorded at this moment.'
      )}
    </p>
  );
}

/** Keeps the place of a row that is gone, until the pointer has left the list. */
function Gone() {
  return (
    <li aria-hidden="true" className="py-1 pl-9 text-muted">
      No longer listed
    </li>
  );
}
