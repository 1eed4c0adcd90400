import { useMemo } from 'react';
import { isOfFormerLife, locksInOrder } from '@/components/locks/locks';
import type { Address } from '@/lib/client/address';
import type { PanelName } from '@/lib/client/settings';
import { asText, counted, formatCount } from '@/lib/client/text';
import type { Lock } from '@/lib/contract/schemas';
import { LockMarks } from '../locks/lock-marks';
import { AddressLink } from '../ui/address-link';
import { DetailPart } from '../ui/detail-part';
import { Text, Words } from '../ui/text';
import { RelativeTime } from '../ui/time';

const MAX_LOCKS = 50;

interface AgentLocksProps {
  /** The agent's locks that the list contains. */
  locks: readonly Lock[];
  /** Their number, including locks that are not listed; null if it is not known. */
  count: number | null;
  onGo: (to: Partial<Address>) => void;
  onShow: (panel: PanelName) => void;
}

/**
 * The agent's current locks, and those that a former process with its id left. Overlapping locks are in the Locks
 * panel.
 */
export function AgentLocks({ locks, count, onGo, onShow }: AgentLocksProps) {
  const ordered = useMemo(() => locksInOrder(locks, 'matters'), [locks]);
  const own = ordered.filter((lock) => !isOfFormerLife(lock));
  const former = ordered.filter(isOfFormerLife);
  const leftOff = count === null ? null : count - locks.length;
  return (
    <DetailPart
      title="Its locks"
      note={leftOff === 0 ? formatCount(own.length) : null}
      onShowAll={() => onShow('locks')}
    >
      {own.length === 0 && leftOff === 0 && <p className="text-muted">No locks.</p>}
      <LockList locks={own} onGo={onGo} />
      {former.length > 0 && (
        <>
          <p className="mt-1 text-muted">Left by the former process with this id:</p>
          <LockList locks={former} onGo={onGo} />
        </>
      )}
      {leftOff !== 0 && (
        <p className="text-muted">
          {leftOff === null
            ? 'This agent may have locks that are not listed here. Browse all in the Locks panel.'
            : `${counted(leftOff, 'more lock')} under this id. Browse all in the Locks panel.`}
        </p>
      )}
    </DetailPart>
  );
}

function LockList({ locks, onGo }: Pick<AgentLocksProps, 'locks' | 'onGo'>) {
  const more = locks.length - MAX_LOCKS;
  return (
    <>
      <ul>
        {locks.slice(0, MAX_LOCKS).map((lock) => (
          <li key={lock.lock_file} className="py-1">
            <div className="flex items-baseline gap-2">
              <AddressLink to={{ lock: lock.lock_file }} onGo={onGo} className="link wrap-anywhere min-w-0">
                <code translate="no">
                  <Text value={asText(lock.filepath) || lock.lock_file} />
                </code>
              </AddressLink>
              <span className="ml-auto min-w-11 shrink-0 text-right text-muted">
                <RelativeTime instant={lock.acquired_at} form="age" label="Held since" />
              </span>
            </div>
            {asText(lock.reason) !== '' && (
              <p className="wrap-anywhere text-muted">
                <Words value={lock.reason} max={300} />
              </p>
            )}
            <LockMarks lock={lock} onGo={onGo} />
          </li>
        ))}
      </ul>
      {more > 0 && <p className="text-muted">and {counted(more, 'more lock')} in the Locks panel.</p>}
    </>
  );
}
