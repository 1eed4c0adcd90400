import type { KeyboardEvent } from 'react';
import { meaningsOf, talkWords } from '@/components/talk/talk';
import type { TypeMeaning } from '@/lib/client/message-type';
import { formatCount } from '@/lib/client/text';
import type { TalkPair } from '@/lib/contract/past-schemas';

export const BAR_COLOURS: Record<TypeMeaning, string> = {
  trouble: 'bg-bad',
  asks: 'bg-accent',
  delegates: 'bg-violet',
  done: 'bg-good',
  tells: 'bg-muted',
};

/** The opacity of the fullest cell; text on it must stay readable. */
const DARKEST_PERCENT = 18;

interface TalkCellProps {
  /** Row and column, which identify the cell. */
  place: string;
  sender: string;
  recipient: string;
  pair: TalkPair | undefined;
  most: number;
  chosen: boolean;
  /** Whether Tab focuses this cell; only one cell of the grid is in the tab order. */
  stop: boolean;
  onPoint: () => void;
  onChoose: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/** The messages from one agent to another: their number and main type. */
export function TalkCell({
  place,
  sender,
  recipient,
  pair,
  most,
  chosen,
  stop,
  onPoint,
  onChoose,
  onKeyDown,
}: TalkCellProps) {
  const share = pair ? Math.max(2, Math.round((DARKEST_PERCENT * pair.count) / most)) : 0;
  return (
    <td className="p-0">
      <button
        type="button"
        data-cell={place}
        tabIndex={stop ? 0 : -1}
        aria-pressed={chosen}
        aria-label={`${sender} to ${recipient}: ${talkWords(pair)}`}
        onPointerEnter={onPoint}
        onFocus={onPoint}
        onClick={onChoose}
        onKeyDown={onKeyDown}
        style={{ backgroundColor: pair && `color-mix(in oklab, var(--accent) ${share}%, transparent)` }}
        className={`relative block h-7 w-full min-w-12 cursor-pointer rounded-sm px-1 pb-1 text-right outline-line hover:outline ${chosen ? 'font-medium outline-2 outline-accent!' : ''}`}
      >
        {!pair && sender !== recipient && <span className="text-muted">·</span>}
        {pair && (
          <>
            {pair.unanswered > 0 && <Unanswered count={pair.unanswered} />} {formatCount(pair.count)}
            <span className="absolute inset-x-1 bottom-0.5 flex h-[3px] gap-px">
              {meaningsOf(pair).map(({ meaning, count }) => (
                <span key={meaning} className={BAR_COLOURS[meaning]} style={{ flexGrow: count }} />
              ))}
            </span>
          </>
        )}
      </button>
    </td>
  );
}

/** The number of unanswered questions, with a mark of its own shape. */
export function Unanswered({ count }: { count: number }) {
  return (
    <span className="font-medium text-[11px] text-warn" title={`${formatCount(count)} unanswered`}>
      ?{formatCount(count)}
    </span>
  );
}
