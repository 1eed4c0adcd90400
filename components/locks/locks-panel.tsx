import { memo, use, useMemo, useState } from 'react';
import { changedLocks, grouped, locksAbout, locksInOrder } from '@/components/locks/locks';
import type { Address } from '@/lib/client/address';
import { useFlash } from '@/lib/client/flash';
import { Moment } from '@/lib/client/moment';
import {
  LOCK_GROUPINGS,
  LOCK_ORDERS,
  type LockGrouping,
  type LockOrder,
  type LockView,
  saveLockView,
} from '@/lib/client/settings';
import { useShortcut } from '@/lib/client/shortcuts';
import { counted, formatCount } from '@/lib/client/text';
import type { Lock, LocksAnswer, Source } from '@/lib/contract/schemas';
import { Choice } from '../ui/choice';
import { OldData } from '../ui/old-data';
import { Empty, Panel } from '../ui/panel';
import { Text } from '../ui/text';
import type { ListEntry } from '../ui/use-row-focus';
import { LockPages } from './lock-pages';
import { LockRows } from './lock-rows';

const ORDER_NAMES: Record<LockOrder, string> = {
  matters: 'what matters',
  path: 'path',
  age: 'oldest first',
  holder: 'holder',
};

const GROUPING_NAMES: Record<LockGrouping, string> = { none: 'nothing', agent: 'agent', folder: 'folder' };

interface LocksPanelProps {
  /** Whether they are known of the moment that is shown. */
  known: boolean;
  answer: LocksAnswer;
  source: Source;
  address: Address;
  change: (part: Partial<Address>, push?: boolean) => void;
  /** Follows a link to something on the page, wherever it stands. */
  onGo: (to: Partial<Address>) => void;
  /** How the server has sorted and grouped them. */
  initialView: LockView;
}

/** Who holds which file, and which locks are in the way. */
export const LocksPanel = memo(function LocksPanel(props: LocksPanelProps) {
  const { known, answer, source, address, change, onGo, initialView } = props;
  const { locks } = answer;
  const [view, setView] = useState(initialView);
  const { order, grouping } = view;
  const choose = (part: Partial<LockView>) => {
    const next = { ...view, ...part };
    setView(next);
    saveLockView(next);
  };
  const flashing = useFlash(locks, changedLocks);
  const shown = useMemo(() => shownLocks(locks, address), [locks, address]);
  const entries = useMemo(
    () => lockEntries(grouped(locksInOrder(shown, order), grouping), grouping),
    [shown, order, grouping],
  );
  const [browsing, setBrowsing] = useState(false);
  const past = use(Moment) !== null;
  const leave = () => change({ lock: null });
  useShortcut('Escape', 'Leave the chosen lock', leave, { group: 'Locks', enabled: address.lock !== null });
  return (
    <Panel id="locks" title="Locks" count={known ? answer.count : null} note={troubles(answer)}>
      {locks.length > 0 && <OldData what="folder of locks" source={source} />}
      <Filtered address={address} shown={shown.length} answer={answer} change={change} />
      {address.lock !== null && !locks.some(({ lock_file }) => lock_file === address.lock) && (
        <Line action="Dismiss" onAction={leave}>
          {answer.truncated === 0
            ? 'The lock that was chosen is not held any more.'
            : 'The lock that was chosen is not among those that are listed.'}
        </Line>
      )}
      {answer.truncated > 0 && !browsing && (
        <LeftOff answer={answer} onBrowse={past ? null : () => setBrowsing(true)} />
      )}
      {locks.length === 0 && source.state === 'unreadable' && (
        <Empty title="What is locked can’t be read.">{source.reason}</Empty>
      )}
      {locks.length === 0 && source.state !== 'unreadable' && <NoLocks />}
      {browsing && !past && (
        <LockPages
          holder={address.agent}
          address={address}
          change={change}
          onGo={onGo}
          onLeave={() => setBrowsing(false)}
        />
      )}
      {locks.length > 0 && (!browsing || past) && (
        <>
          <div className="needs-script flex min-h-8 shrink-0 flex-wrap items-center gap-x-4 overflow-hidden border-line border-b px-4 text-muted">
            <Choice
              label="Sort by"
              choices={LOCK_ORDERS}
              names={ORDER_NAMES}
              value={order}
              onChange={(next) => choose({ order: next })}
            />
            <Choice
              label="Group by"
              choices={LOCK_GROUPINGS}
              names={GROUPING_NAMES}
              value={grouping}
              onChange={(next) => choose({ grouping: next })}
            />
          </div>
          <LockRows
            label="List of locks"
            entries={entries}
            flashing={flashing}
            address={address}
            change={change}
            onGo={onGo}
          />
        </>
      )}
    </Panel>
  );
});

/** What concerns the chosen agent; a lock that is pointed at is shown whoever it concerns. */
function shownLocks(locks: readonly Lock[], { agent, lock: chosen }: Address): readonly Lock[] {
  if (agent === null) return locks;
  const about = new Set(locksAbout(locks, agent));
  return locks.filter((lock) => about.has(lock) || lock.lock_file === chosen);
}

function lockEntries(groups: ReturnType<typeof grouped>, grouping: LockGrouping): ListEntry<Lock>[] {
  return groups.flatMap(({ name, locks }) => {
    const entries = locks.map((lock) => ({ key: lock.lock_file, item: lock }));
    if (grouping === 'none') return entries;
    const nameless = grouping === 'agent' ? 'nobody named' : 'top folder';
    const heading = (
      <>
        {name === '' ? nameless : <Text value={name} max={120} />} · {counted(locks.length, 'lock')}
      </>
    );
    return [{ key: `group:${name}`, heading }, ...entries];
  });
}

function troubles({ overlapping_count, orphaned_count, stale_count }: LocksAnswer) {
  const parts = [
    { word: 'overlapping', many: overlapping_count, colour: 'text-bad' },
    { word: 'orphaned', many: orphaned_count, colour: 'text-bad' },
    { word: 'past the timeout', many: stale_count, colour: 'text-muted' },
  ].filter(({ many }) => many > 0);
  return parts.map(({ word, many, colour }, index) => (
    <span key={word}>
      {index > 0 && ' · '}
      <span className={colour}>
        {formatCount(many)} {word}
      </span>
    </span>
  ));
}

interface LeftOffProps {
  answer: LocksAnswer;
  /** Null of a past moment, of which no more is known. */
  onBrowse: (() => void) | null;
}

/** That there are more locks than are listed, and the way to them. */
function LeftOff({ answer: { locks, count }, onBrowse }: LeftOffProps) {
  const many = `${formatCount(locks.length)} of ${counted(count, 'lock')}`;
  if (onBrowse === null) {
    return <p className={LINE}>{many} were recorded: overlapping and orphaned ones first, then the newest.</p>;
  }
  return (
    <Line action="Browse all" onAction={onBrowse}>
      {many} are listed: overlapping and orphaned ones first, then the newest.
    </Line>
  );
}

interface FilteredProps {
  address: Address;
  shown: number;
  answer: LocksAnswer;
  change: (part: Partial<Address>) => void;
}

function Filtered({ address, shown, answer: { locks, truncated }, change }: FilteredProps) {
  if (address.agent === null || locks.length === 0) return null;
  const listed = truncated === 0 ? '' : 'listed ';
  return (
    <Line action="Show all" onAction={() => change({ agent: null })}>
      <span className="text-ink">
        <Text value={address.agent} max={80} />
      </span>
      : {formatCount(shown)} of {counted(locks.length, `${listed}lock`)}, its own and what overlaps them.
    </Line>
  );
}

const LINE = 'wrap-anywhere shrink-0 border-line border-b bg-tint px-4 py-1 text-muted';

interface LineProps {
  action: string;
  onAction: () => void;
  children: React.ReactNode;
}

/** A word about the list, with what can be done about it. */
function Line({ action, onAction, children }: LineProps) {
  return (
    <p className={LINE}>
      {children}{' '}
      <button type="button" className="link" onClick={onAction}>
        {action}
      </button>
    </p>
  );
}

/** Of a past moment nobody may know what was locked, and no lock can appear any more. */
function NoLocks() {
  if (use(Moment) !== null) {
    return <Empty title="No lock is known of this moment.">Other moments may hold locks.</Empty>;
  }
  return (
    <Empty title="No file is locked.">
      A lock appears here the moment an agent runs <code>claudeswarm acquire-file-lock</code>, and goes when it is
      released.
    </Empty>
  );
}
