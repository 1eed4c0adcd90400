import { type MouseEvent, memo, type ReactNode, use, useEffect, useState } from 'react';
import { formatAddress } from '@/lib/client/address';
import { targetOf } from '@/lib/client/attention';
import { HOME } from '@/lib/client/base-path';
import { Moment } from '@/lib/client/moment';
import { formatMoment } from '@/lib/client/past';
import { counted, formatCount, truncated } from '@/lib/client/text';
import type { AttentionEntry, AttentionKind, AttentionSeverity } from '@/lib/contract/schemas';
import { Text } from './ui/text';
import { RelativeTime, Sentence } from './ui/time';

/** More fold away: the panels below must stay in sight. The style sheet knows so many lines and one for the rest. */
const MOST_SHOWN = 4;
const LONGEST_REASON = 500;

interface NeedsYouProps {
  entries: readonly AttentionEntry[];
  /** How many there are, of which a very long list holds a part. */
  count: number;
  onOpen: (entry: AttentionEntry) => void;
  /** A switch at the right end of the heading. */
  children: ReactNode;
}

/** What wants a person, worst first; empty most of the time. */
export const NeedsYou = memo(function NeedsYou({ entries, count, onOpen, children }: NeedsYouProps) {
  const quiet = use(Moment) === null ? 'Nothing right now.' : 'Nothing known of this moment.';
  const hidden = entries.slice(MOST_SHOWN);
  const lines = useReservedLines(Math.min(entries.length, MOST_SHOWN) + (hidden.length > 0 ? 1 : 0));
  const list = (shown: readonly AttentionEntry[]) =>
    shown.map((entry) => <Entry key={entry.id} entry={entry} onOpen={onOpen} />);
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
        <div data-lines={lines} className="needs-you-list overflow-y-auto max-md:min-h-0 pb-1 md:max-h-[32dvh]">
          {entries.length > 0 && <ol aria-label="What needs you">{list(entries.slice(0, MOST_SHOWN))}</ol>}
          {hidden.length > 0 && (
            <details className="group/more">
              <summary className="link mx-4 my-1 inline-block">
                <span className="group-open/more:hidden">{counted(hidden.length, 'more', 'more')}</span>
                <span className="hidden group-open/more:inline">Show fewer</span>
              </summary>
              <ol aria-label="What needs you too">{list(hidden)}</ol>
            </details>
          )}
        </div>
      )}
    </section>
  );
});

/**
 * Room for as many lines as there have been: what stands below does not move when an entry goes and comes. The room is
 * given back while nobody looks.
 */
function useReservedLines(needed: number): number {
  const [reserved, setReserved] = useState(needed);
  if (needed > reserved) setReserved(needed);
  useEffect(() => {
    const giveBack = () => document.hidden && setReserved(needed);
    document.addEventListener('visibilitychange', giveBack);
    return () => document.removeEventListener('visibilitychange', giveBack);
  }, [needed]);
  return Math.max(needed, reserved);
}

const KINDS: Record<AttentionKind, string> = {
  deadlock: 'Deadlock',
  agent_dead: 'Agent dead',
  agent_stale: 'Agent silent',
  question_unanswered: 'Unanswered question',
  blocked_unanswered: 'Blocked',
  delivery_failed: 'Delivery failed',
  lock_stale: 'Stale lock',
  lock_orphaned: 'Orphaned lock',
  lock_overlap: 'Overlapping locks',
  acknowledgement_overdue: 'Acknowledgement overdue',
  source_unreadable: 'Can’t be read',
  zone_mismatch: 'Time zone',
};

function Entry({ entry, onOpen }: { entry: AttentionEntry; onOpen: (entry: AttentionEntry) => void }) {
  const moment = use(Moment);
  const at = moment === null ? null : formatMoment(moment);
  const follow = (event: MouseEvent) => {
    // With a modifier the browser opens the link in a tab or window of its own.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onOpen(entry);
  };
  return (
    <li>
      <a
        href={`${HOME}${formatAddress({ ...targetOf(entry).address, at })}`}
        onClick={follow}
        data-first
        className="grid grid-cols-[auto_minmax(0,1fr)_auto] items-baseline gap-x-2 px-4 py-1 hover:bg-tint md:grid-cols-[auto_12.5rem_minmax(0,1fr)_auto] md:gap-x-3"
      >
        <Severity severity={entry.severity} />
        <span className={`font-medium ${COLOURS[entry.severity]}`}>{KINDS[entry.kind]}</span>
        <span
          title={truncated(entry.reason, LONGEST_REASON)}
          className="wrap-anywhere line-clamp-3 text-muted max-md:order-last max-md:col-span-2 max-md:col-start-2 md:line-clamp-1"
        >
          <Why entry={entry} />
        </span>
        <span className="text-muted">
          <RelativeTime instant={entry.since} form="age" label="Since" />
        </span>
      </a>
    </li>
  );
}

/** Most sentences begin with what they are about; that is not said twice. */
function Why({ entry: { subject, reason } }: { entry: AttentionEntry }) {
  const rest = reason.startsWith(`${subject} `) ? reason.slice(subject.length) : ` · ${reason}`;
  return (
    <>
      <span className="font-medium text-ink">
        <Text value={subject} max={100} />
      </span>
      <Sentence text={truncated(rest, LONGEST_REASON)} />
    </>
  );
}

const COLOURS: Record<AttentionSeverity, string> = {
  critical: 'text-bad',
  warning: 'text-warn',
  notice: 'text-ink',
};

// Each severity has its own shape, so that it can be told without colour.
const SHAPES: Record<AttentionSeverity, ReactNode> = {
  critical: <path d="M6 1l5 5-5 5-5-5z" fill="currentColor" />,
  warning: <path d="M6 1.5l5 9H1z" fill="currentColor" />,
  notice: <circle cx="6" cy="6" r="3.5" fill="none" stroke="currentColor" strokeWidth="1.5" />,
};

function Severity({ severity }: { severity: AttentionSeverity }) {
  return (
    <svg viewBox="0 0 12 12" role="img" aria-label={severity} className={`size-2.5 shrink-0 ${COLOURS[severity]}`}>
      <title>{severity}</title>
      {SHAPES[severity]}
    </svg>
  );
}
