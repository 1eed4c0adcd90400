import { useMemo } from 'react';
import { useLockPages } from '@/components/locks/use-lock-pages';
import type { Address } from '@/lib/client/address';
import { counted, formatCount } from '@/lib/client/text';
import { Text } from '../ui/text';
import { ClockTime } from '../ui/time';
import { LockRows } from './lock-rows';

interface LockPagesProps {
  /** The holder whose locks are listed; null for all. */
  holder: string | null;
  address: Address;
  change: (part: Partial<Address>, push?: boolean) => void;
  onGo: (to: Partial<Address>) => void;
  /** Returns to the live list. */
  onLeave: () => void;
}

/** All locks, page by page in the order of their lock files; each page is as it was when it was read. */
export function LockPages({ holder, address, change, onGo, onLeave }: LockPagesProps) {
  const { page, number, error, next, first } = useLockPages(holder);
  const entries = useMemo(
    () => (page?.answer.locks ?? []).map((lock) => ({ key: lock.lock_file, item: lock })),
    [page],
  );
  return (
    <>
      <p className="wrap-anywhere shrink-0 border-line border-b bg-tint px-4 py-1 text-muted">
        {error !== null && `The page could not be loaded: ${error} `}
        {error === null && page === undefined && 'Loading locks. '}
        {page !== undefined && (
          <>
            Page {formatCount(number)} of all locks
            {holder !== null && (
              <>
                {' '}
                of <Text value={holder} max={80} />
              </>
            )}
            , by lock file: {formatCount(entries.length)} of {counted(page.answer.count, 'lock')}, as read at{' '}
            <ClockTime instant={page.readAt} />.{' '}
          </>
        )}
        {next !== null && <Step name="Next page" onClick={next} />}
        {first !== null && <Step name="First page" onClick={first} />}
        <Step name="Back to the live list" onClick={onLeave} />
      </p>
      <LockRows
        key={number}
        label="Page of locks"
        entries={entries}
        flashing={null}
        address={address}
        change={change}
        onGo={onGo}
      />
    </>
  );
}

function Step({ name, onClick }: { name: string; onClick: () => void }) {
  return (
    <>
      <button type="button" className="link" onClick={onClick}>
        {name}
      </button>{' '}
    </>
  );
}
