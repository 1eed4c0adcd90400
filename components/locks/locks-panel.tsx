import { memo, Suspense, use, useEffect, useMemo, useState } from 'react';
import { changedLocks, grouped, locksAbout, locksInOrder } from '@/components/locks/locks';
import type { Address } from '@/lib/client/address';
import { useFlash } from '@/lib/client/flash';
import { LockActs } from '@/lib/client/lock-acts';
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
import { useSteadyOrder } from '@/lib/client/steady-order';
import { counted, formatCount } from '@/lib/client/text';
import type { Lock, LocksAnswer, Source } from '@/lib/contract/schemas';
import { Choice } from '../ui/choice';
import { contained } from '../ui/contained';
import { lazyPart } from '../ui/lazy-part';
import { OldData } from '../ui/old-data';
import { Empty, Panel } from '../ui/panel';
import { PointerArea } from '../ui/pointer-area';
import { Text } from '../ui/text';
import type { ListEntry } from '../ui/use-row-focus';
import { preloadRareMarks } from './lock-marks';
import { LockRows } from './lock-rows';

// Loaded when a person first browses all locks: only a swarm with very many locks offers it.
const LockPages = contained(
  'All locks',
  lazyPart(() => import('./lock-pages').then((module) => ({ default: module.LockPages }))),
);

/** The value of the address that shows only locks past the timeout. */
const STALE = 'stale';

const ORDER_NAMES: Record<LockOrder, string> = {
  matters: 'severity',
  path: 'path',
  age: 'oldest first',
  holder: 'holder',
};

const GROUPING_NAMES: Record<LockGrouping, string> = { none: 'none', agent: 'agent', folder: 'folder' };

interface LocksPanelProps {
  /** Whether locks are known at the moment on the page. */
  known: boolean;
  answer: LocksAnswer;
  source: Source;
  address: Address;
  change: (part: Partial<Address>, push?: boolean) => void;
  /** Opens what a link on the page points at, in whichever panel shows it. */
  onGo: (to: Partial<Address>) => void;
  /** How the server sorted and grouped them. */
  initialView: LockView;
}

/** The locks with their holders and problems. */
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
  const [pointedAt, setPointedAt] = useState(false);
  const sorted = useMemo(() => locksInOrder(shown, order), [shown, order]);
  const ordered = useSteadyOrder(sorted, fileOf, pointedAt || address.lock !== null, order);
  const entries = useMemo(() => lockEntries(grouped(ordered, grouping), grouping), [ordered, grouping]);
  const [browsing, setBrowsing] = useState(false);
  const past = use(Moment) !== null;
  const acts = use(LockActs);
  useEffect(preloadRareMarks, []);
  const leave = () => change({ lock: null });
  const onlyStale = address.locks === STALE;
  useShortcut('Escape', 'Deselect the lock', leave, { group: 'Locks', enabled: address.lock !== null });
  return (
    <Panel id="locks" title="Locks" count={known ? answer.count : null} note={troubles(answer)}>
      {locks.length > 0 && <OldData what="folder of locks" source={source} />}
      {onlyStale && locks.length > 0 && (
        <Line action="Show all locks" onAction={() => change({ locks: null })}>
          {counted(answer.stale_count, 'lock')} past the timeout.
        </Line>
      )}
      <Filtered address={address} shown={shown.length} answer={answer} change={change} />
      {address.lock !== null && !locks.some(({ lock_file }) => lock_file === address.lock) && (
        <Line action="Dismiss" onAction={leave}>
          {answer.truncated === 0
            ? 'The selected lock no longer exists.'
            : 'The selected lock is not in this list. Browse all locks to find it.'}
        </Line>
      )}
      {answer.truncated > 0 && !browsing && (
        <LeftOff answer={answer} onBrowse={past ? null : () => setBrowsing(true)} />
      )}
      {locks.length === 0 && source.state === 'unreadable' && (
        <Empty title="The locks could not be read.">{source.reason}</Empty>
      )}
      {locks.length === 0 && source.state !== 'unreadable' && <NoLocks />}
      {locks.length === 0 && <div className="px-3">{acts?.panel}</div>}
      {browsing && !past && (
        <Suspense fallback={<p className={LINE}>Loading locks.</p>}>
          <LockPages
            holder={address.agent}
            address={address}
            change={change}
            onGo={onGo}
            onLeave={() => setBrowsing(false)}
          />
        </Suspense>
      )}
      {locks.length > 0 && (!browsing || past) && (
        <>
          <div className="needs-script flex min-h-8 shrink-0 flex-wrap items-center gap-x-4 overflow-hidden border-line border-b px-4 text-muted">
            <Choice
              label="Sort:"
              choices={LOCK_ORDERS}
              names={ORDER_NAMES}
              value={order}
              onChange={(next) => choose({ order: next })}
            />
            <Choice
              label="Group:"
              choices={LOCK_GROUPINGS}
              names={GROUPING_NAMES}
              value={grouping}
              onChange={(next) => choose({ grouping: next })}
            />
            <span className="ml-auto">{acts?.panel}</span>
          </div>
          <PointerArea onChange={setPointedAt}>
            <LockRows
              label="List of locks"
              entries={entries}
              flashing={flashing}
              address={address}
              change={change}
              onGo={onGo}
            />
          </PointerArea>
        </>
      )}
    </Panel>
  );
});

function fileOf({ lock_file }: Lock): string {
  return lock_file;
}

/** The locks that concern the selected agent, or only those past the timeout, plus the selected lock whatever it concerns. */
function shownLocks(locks: readonly Lock[], { agent, locks: only, lock: chosen }: Address): readonly Lock[] {
  const about = agent === null ? null : new Set(locksAbout(locks, agent));
  if (about === null && only !== STALE) return locks;
  const isShown = (lock: Lock) => (about?.has(lock) ?? true) && (only !== STALE || lock.stale === true);
  return locks.filter((lock) => isShown(lock) || lock.lock_file === chosen);
}

function lockEntries(groups: ReturnType<typeof grouped>, grouping: LockGrouping): ListEntry<Lock>[] {
  return groups.flatMap(({ name, locks }) => {
    const entries = locks.map((lock) => ({ key: lock.lock_file, item: lock }));
    if (grouping === 'none') return entries;
    const nameless = grouping === 'agent' ? 'unknown holder' : 'top folder';
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
  /** Null at a past moment, for which only the listed locks were recorded. */
  onBrowse: (() => void) | null;
}

/** States that there are more locks than are listed, with a button to browse them. */
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
      : {formatCount(shown)} of {counted(locks.length, `${listed}lock`)}, its own and those that overlap them.
    </Line>
  );
}

const LINE = 'wrap-anywhere shrink-0 border-line border-b bg-tint px-4 py-1 text-muted';

interface LineProps {
  action: string;
  onAction: () => void;
  children: React.ReactNode;
}

/** A statement about the list with a button to act on it. */
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

/** Shown without locks. At a past moment the locks may be unknown, so the advice to acquire one does not apply. */
function NoLocks() {
  if (use(Moment) !== null) {
    return <Empty title="No locks known at this moment.">Choose another moment.</Empty>;
  }
  return (
    <Empty title="No file is locked.">
      A lock appears here the moment an agent runs <code translate="no">claudeswarm acquire-file-lock</code>, and
      disappears when it is released.
    </Empty>
  );
}
