import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { type TalkMatrix as Matrix, moveInGrid, talkMatrix, talkWords } from '@/components/talk/talk';
import { useTalk } from '@/components/talk/use-talk';
import { type Address, EMPTY_ADDRESS } from '@/lib/client/address';
import { useDashboardSenders } from '@/lib/client/dashboard-senders';
import type { TypeMeaning } from '@/lib/client/message-type';
import { counted, formatCount } from '@/lib/client/text';
import type { TalkPair } from '@/lib/contract/past-schemas';
import type { AgentsAnswer } from '@/lib/contract/schemas';
import { AddressLink } from '../ui/address-link';
import { Empty } from '../ui/panel';
import { Text } from '../ui/text';
import { BAR_COLOURS, TalkCell, Unanswered } from './talk-cell';

interface TalkMatrixProps {
  /** ISO 8601. */
  span: { since: string; until: string };
  /** The same time range as a filter of messages. */
  filter: Pick<Address, 'since' | 'until'>;
  now: boolean;
  agents: AgentsAnswer;
  address: Address;
  change: (part: Partial<Address>, push?: boolean) => void;
}

/** The conversations in a time range: senders in rows, recipients in columns. */
export function TalkMatrix({ span, filter, now, agents, address, change }: TalkMatrixProps) {
  const { talk, error } = useTalk(span);
  const matrix = useMemo(() => talkMatrix(talk?.pairs ?? []), [talk]);
  const listed = useMemo(() => new Set([...agents.agents, ...agents.departed].map(({ id }) => id)), [agents]);
  const operators = useDashboardSenders(matrix.senders.filter((id) => !listed.has(id)));
  const silent = agents.agents.filter(({ id }) => !matrix.sent.has(id)).length;
  if (error && !talk) return <Empty title="Could not load conversations.">{error}</Empty>;
  if (!talk) return <p className="px-4 py-2 text-muted">Loading…</p>;
  if (matrix.total === 0) {
    return <Empty title="No messages in this range.">{now ? 'Zoom out.' : 'Zoom out or choose another range.'}</Empty>;
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <p className="flex shrink-0 flex-wrap gap-x-4 px-4 py-1 text-muted">
        <span>
          {counted(matrix.total, 'message')}, one for each recipient
          {matrix.unanswered > 0 && (
            <span className="text-warn">
              {' · '}
              <Unanswered count={matrix.unanswered} /> {matrix.unanswered === 1 ? 'question' : 'questions'} unanswered
            </span>
          )}
          {operators.size > 0 && (
            <>
              {' · sent from this dashboard: '}
              <Text value={[...operators.keys()].join(', ')} max={120} />
            </>
          )}
          {silent > 0 && ` · ${counted(silent, 'registered agent')} said nothing`}
        </span>
        <Legend />
        {error && <span className="text-warn">{error}</span>}
      </p>
      <Grid matrix={matrix} filter={filter} address={address} change={change} />
    </div>
  );
}

const MEANINGS: readonly [TypeMeaning, string][] = [
  ['trouble', 'blocked or in conflict'],
  ['asks', 'asks'],
  ['delegates', 'delegates'],
  ['done', 'done'],
  ['tells', 'informs'],
];

function Legend() {
  return (
    <span className="flex flex-wrap gap-x-3">
      {MEANINGS.map(([meaning, words]) => (
        <span key={meaning} className="inline-flex items-center gap-1">
          <span aria-hidden="true" className={`inline-block h-[3px] w-3 ${BAR_COLOURS[meaning]}`} />
          {words}
        </span>
      ))}
    </span>
  );
}

interface GridProps extends Pick<TalkMatrixProps, 'filter'> {
  matrix: Matrix;
  address: Address;
  change: (part: Partial<Address>, push?: boolean) => void;
}

const NO_PAIR = { from: null, to: null, since: null, until: null };

interface Place {
  sender: string;
  recipient: string;
}

function Grid({ matrix, filter, address, change }: GridProps) {
  const { senders, recipients, cell } = matrix;
  const table = useRef<HTMLTableElement>(null);
  const [stop, setStop] = useState<Place | null>(null);
  // The sender may drop out of a range that moves on; then Tab focuses the first cell.
  const row = Math.max(0, senders.indexOf(stop?.sender ?? ''));
  const column = Math.max(0, recipients.indexOf(stop?.recipient ?? ''));
  const choose = ({ sender, recipient }: Place) => {
    const chosen = address.from === sender && address.to === recipient;
    const choice = chosen ? NO_PAIR : { from: sender, to: recipient, ...filter };
    change({ agent: null, message: null, ...choice }, true);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const next = moveInGrid(event.key, [row, column], [senders.length, recipients.length]);
    if (!next) return;
    event.preventDefault();
    setStop({ sender: senders[next[0]] ?? '', recipient: recipients[next[1]] ?? '' });
    table.current?.querySelector<HTMLElement>(`[data-cell="${next[0]} ${next[1]}"]`)?.focus();
  };
  return (
    <>
      <div className="min-h-0 overflow-auto px-4 pb-1">
        <table ref={table} aria-label="Conversations" className="border-separate">
          <thead>
            <tr>
              <th
                scope="col"
                className="sticky left-0 z-10 whitespace-nowrap bg-paper pr-2 text-left font-normal text-muted"
              >
                from ↓ to →
              </th>
              {recipients.map((recipient) => (
                <th
                  key={recipient}
                  scope="col"
                  className={`max-w-28 truncate px-1 text-right font-normal ${recipient === 'all' ? 'text-muted italic' : ''}`}
                  title={recipient === 'all' ? 'Broadcasts that name “all”' : undefined}
                >
                  <Text value={recipient} max={40} />
                </th>
              ))}
              <th scope="col" className="pl-3 text-right font-normal text-muted">
                sent
              </th>
            </tr>
          </thead>
          <tbody>
            {senders.map((sender, y) => (
              <tr key={sender}>
                <th
                  scope="row"
                  className="sticky left-0 z-10 max-w-28 truncate bg-paper pr-2 text-left font-normal md:max-w-48"
                >
                  <Text value={sender} max={40} />
                </th>
                {recipients.map((recipient, x) => (
                  <TalkCell
                    key={recipient}
                    place={`${y} ${x}`}
                    sender={sender}
                    recipient={recipient}
                    pair={cell(sender, recipient)}
                    most={matrix.most}
                    chosen={address.from === sender && address.to === recipient}
                    stop={y === row && x === column}
                    onPoint={() => setStop({ sender, recipient })}
                    onChoose={() => choose({ sender, recipient })}
                    onKeyDown={onKeyDown}
                  />
                ))}
                <td className="pl-3 text-right text-muted">{formatCount(matrix.sent.get(sender) ?? 0)}</td>
              </tr>
            ))}
            <tr>
              <th scope="row" className="sticky left-0 z-10 bg-paper pr-2 text-left font-normal text-muted">
                received
              </th>
              {recipients.map((recipient) => (
                <td key={recipient} className="px-1 text-right text-muted">
                  {formatCount(matrix.received.get(recipient) ?? 0)}
                </td>
              ))}
              <td className="pl-3 text-right text-muted">{formatCount(matrix.total)}</td>
            </tr>
          </tbody>
        </table>
      </div>
      <Words place={stop} pair={stop ? cell(stop.sender, stop.recipient) : undefined} change={change} />
    </>
  );
}

interface WordsProps {
  place: Place | null;
  pair: TalkPair | undefined;
  change: GridProps['change'];
}

/** The cell that was last pointed at, in words. */
function Words({ place, pair, change }: WordsProps) {
  return (
    <p className="wrap-anywhere min-h-7 shrink-0 border-line border-t px-4 py-1 text-muted">
      {place === null ? (
        'Point at a cell to read its counts; choose it to see those messages.'
      ) : (
        <>
          <span className="text-ink">
            <Text value={place.sender} max={60} /> to{' '}
            {place.recipient === 'all' ? 'all, as a broadcast' : <Text value={place.recipient} max={60} />}
          </span>
          : <Text value={talkWords(pair)} max={400} />
          {pair?.first_unanswered && (
            <>
              {' '}
              <AddressLink
                to={{ message: pair.first_unanswered }}
                className="link underline"
                onGo={({ message }) => change({ ...WITHOUT_FILTERS, message: message ?? null }, true)}
              >
                Show the first unanswered
              </AddressLink>
            </>
          )}
        </>
      )}
    </p>
  );
}

/** Filters are cleared, because they could hide the message; the moment, the view and its range stay. */
const { at: _at, view: _view, span: _span, ...WITHOUT_FILTERS } = EMPTY_ADDRESS;
