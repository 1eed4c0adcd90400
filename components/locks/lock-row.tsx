import { memo, use } from 'react';
import { isOfFormerLife } from '@/components/locks/locks';
import type { Address } from '@/lib/client/address';
import { LockActs } from '@/lib/client/lock-acts';
import { asText } from '@/lib/client/text';
import type { Lock } from '@/lib/contract/schemas';
import { AddressLink } from '../ui/address-link';
import { Text, Words } from '../ui/text';
import { ClockTime, RelativeTime } from '../ui/time';
import { LockMarks } from './lock-marks';

interface LockRowProps {
  lock: Lock;
  chosen: boolean;
  tabIndex: 0 | -1;
  change: (part: Partial<Address>, push?: boolean) => void;
  onGo: (to: Partial<Address>) => void;
}

/** One lock: path, holder, reason, age, and its problems. */
export const LockRow = memo(function LockRow({ lock, chosen, tabIndex, change, onGo }: LockRowProps) {
  const path = asText(lock.filepath);
  const holder = asText(lock.agent_id);
  const reason = asText(lock.reason);
  return (
    <>
      <div className="flex items-baseline gap-2">
        <button
          type="button"
          data-row
          tabIndex={tabIndex}
          aria-pressed={chosen}
          onClick={() => change({ lock: chosen ? null : lock.lock_file })}
          className="wrap-anywhere min-w-0 cursor-pointer text-left focus-visible:outline-none"
        >
          <code translate="no">
            {path === '' ? <span className="text-muted">no path, in {lock.lock_file}</span> : <Text value={path} />}
          </code>
        </button>
        <span className="ml-auto min-w-11 shrink-0 text-right text-muted">
          <RelativeTime instant={lock.acquired_at} form="age" label="Held since" />
        </span>
      </div>
      <p className="wrap-anywhere">
        <span className="text-muted">held by {isOfFormerLife(lock) && 'the former '}</span>
        {holder === '' ? (
          'unknown holder'
        ) : (
          <AddressLink
            to={{ agent: holder }}
            onGo={onGo}
            tabIndex={tabIndex}
            className="underline-offset-2 hover:underline"
          >
            <Text value={holder} max={80} />
          </AddressLink>
        )}
        {reason !== '' && (
          <span className="text-muted">
            {' · '}
            <Words value={reason} max={600} />
          </span>
        )}
      </p>
      <LockMarks lock={lock} all={chosen} tabIndex={tabIndex} onGo={onGo} />
      {chosen && <FileFacts lock={lock} tabIndex={tabIndex} />}
    </>
  );
});

/** Further details of the selected lock, and what can be done with it. */
function FileFacts({ lock, tabIndex }: Pick<LockRowProps, 'lock' | 'tabIndex'>) {
  const acts = use(LockActs);
  return (
    <>
      <dl className="wrap-anywhere mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-muted">
        <dt>held since</dt>
        <dd className="text-ink">
          {lock.acquired_at === null ? (
            <Text value={lock.locked_at} max={80} />
          ) : (
            <ClockTime instant={lock.acquired_at} />
          )}
        </dd>
        <dt>lock file</dt>
        <dd className="text-ink">
          <code translate="no">
            <Text value={lock.lock_file} />
          </code>
        </dd>
      </dl>
      {acts?.lock(lock, tabIndex)}
    </>
  );
}
