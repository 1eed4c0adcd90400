import type { Address } from '@/lib/client/address';
import type { Lock } from '@/lib/contract/schemas';
import { RowList } from '../ui/row-list';
import type { ListEntry } from '../ui/use-row-focus';
import { LockRow } from './lock-row';

const USUAL_HEIGHT = 56;

interface LockRowsProps {
  label: string;
  entries: readonly ListEntry<Lock>[];
  /**
   * The lock files that have just changed; null in lists that are not live. Only the live list has the anchors that the
   * address points at.
   */
  flashing: Pick<ReadonlyMap<string, unknown>, 'has'> | null;
  address: Address;
  change: (part: Partial<Address>, push?: boolean) => void;
  onGo: (to: Partial<Address>) => void;
}

/** A list of locks with the selected one marked. */
export function LockRows({ label, entries, flashing, address, change, onGo }: LockRowsProps) {
  return (
    <RowList
      label={label}
      entries={entries}
      target={flashing === null ? null : address.lock}
      usualHeight={USUAL_HEIGHT}
      describe={({ lock_file }) => ({
        id: flashing === null ? undefined : `lock-${lock_file}`,
        chosen: lock_file === address.lock,
        flashing: flashing?.has(lock_file) ?? false,
      })}
    >
      {(lock, tabIndex) => (
        <LockRow lock={lock} chosen={lock.lock_file === address.lock} tabIndex={tabIndex} change={change} onGo={onGo} />
      )}
    </RowList>
  );
}
