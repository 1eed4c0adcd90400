import { useMemo } from 'react';
import type { Address } from '@/lib/client/address';
import { locksInOrder } from '@/lib/client/locks';
import type { PanelName } from '@/lib/client/settings';
import { asText, counted, formatCount } from '@/lib/client/text';
import type { Lock } from '@/lib/contract/schemas';
import { LockMarks } from './lock-marks';
import { AddressLink } from './ui/address-link';
import { DetailPart } from './ui/detail-part';
import { Text } from './ui/text';
import { RelativeTime } from './ui/time';

const MOST_LOCKS = 50;

interface AgentLocksProps {
  locks: readonly Lock[];
  onGo: (to: Partial<Address>) => void;
  onShow: (panel: PanelName) => void;
}

/** What the agent holds now; the panel of locks shows the same, with what overlaps it. */
export function AgentLocks({ locks, onGo, onShow }: AgentLocksProps) {
  const ordered = useMemo(() => locksInOrder(locks, 'matters'), [locks]);
  const more = ordered.length - MOST_LOCKS;
  return (
    <DetailPart title="Its locks" note={formatCount(locks.length)} onShowAll={() => onShow('locks')}>
      {locks.length === 0 && <p className="text-muted">It holds none.</p>}
      <ul>
        {ordered.slice(0, MOST_LOCKS).map((lock) => (
          <li key={lock.lock_file} className="py-1">
            <div className="flex items-baseline gap-2">
              <AddressLink to={{ lock: lock.lock_file }} onGo={onGo} className="link wrap-anywhere min-w-0">
                <code>
                  <Text value={asText(lock.filepath) || lock.lock_file} />
                </code>
              </AddressLink>
              <span className="ml-auto shrink-0 text-muted">
                <RelativeTime instant={lock.acquired_at} form="age" label="Held since" />
              </span>
            </div>
            {asText(lock.reason) !== '' && (
              <p className="wrap-anywhere text-muted">
                <Text value={lock.reason} max={300} />
              </p>
            )}
            <LockMarks lock={lock} onGo={onGo} />
          </li>
        ))}
      </ul>
      {more > 0 && <p className="text-muted">and {counted(more, 'more lock')}, in the panel of locks.</p>}
    </DetailPart>
  );
}
