import { type Dispatch, useEffect, useMemo, useState } from 'react';
import { type LockCommand, releasableLocks } from '@/components/locks/release';
import { mayAct, useMe } from '@/lib/client/commands';
import type { LockActs } from '@/lib/client/lock-acts';
import { useCommand, useShortcut } from '@/lib/client/shortcuts';
import type { SwarmState } from '@/lib/contract/events';
import type { AttentionEntry } from '@/lib/contract/schemas';
import { contained } from '../ui/contained';
import { IconButton } from '../ui/icon-button';
import { LockOpen, Plus, Trash } from '../ui/more-icons';
import { CleanUpDialog } from './clean-up-dialog';
import { LockDialog } from './lock-dialog';
import { ReleaseButtons } from './release-buttons';
import { ReleaseDialog } from './release-dialog';

interface LockCommandsProps {
  swarm: SwarmState;
  /** Gets the buttons for the rest of the page; null while the viewer may not use them. */
  onActs: Dispatch<LockActs | null>;
}

/** The commands about locks: their dialogs, keys and buttons, for a viewer who may use them. */
export const LockCommands = contained('Commands about locks', Commands, { className: 'fixed inset-x-0 bottom-0 z-50' });

function Commands({ swarm, onActs }: LockCommandsProps) {
  const may = mayAct(useMe(), 'locks');
  const [open, setOpen] = useState<LockCommand | null>(null);
  const [said, setSaid] = useState('');
  const acts = useMemo(() => (may ? buttons(setOpen, setSaid) : null), [may]);
  useEffect(() => {
    onActs(acts);
    return () => onActs(null);
  }, [acts, onActs]);
  useShortcut('u', 'Release locks of the item that has the focus', pressRelease, {
    group: 'Needs you',
    inPalette: false,
    enabled: may,
  });
  useCommand('Lock a path for an agent…', () => setOpen({ name: 'lock' }), { group: 'Locks', enabled: may });
  useCommand('Remove all locks past the timeout…', () => setOpen({ name: 'clean-up' }), {
    group: 'Locks',
    enabled: may,
  });
  const close = () => setOpen(null);
  return (
    <>
      {/* Where the change itself shows what happened, only screen readers need a sentence. */}
      <p role="status" className="sr-only">
        {said}
      </p>
      {may && open?.name === 'release' && (
        <ReleaseDialog {...open} locks={swarm.locks} agents={swarm.agents} onDone={setSaid} onClose={close} />
      )}
      {may && open?.name === 'lock' && (
        <LockDialog locks={swarm.locks} agents={swarm.agents} onDone={setSaid} onClose={close} />
      )}
      {may && open?.name === 'clean-up' && <CleanUpDialog onDone={setSaid} onClose={close} />}
    </>
  );
}

function buttons(open: Dispatch<LockCommand>, say: Dispatch<string>): LockActs {
  return {
    panel: (
      <>
        <IconButton label="Lock a path for an agent…" icon={Plus} onClick={() => open({ name: 'lock' })} />
        <IconButton
          label="Remove all locks past the timeout…"
          icon={Trash}
          onClick={() => open({ name: 'clean-up' })}
        />
      </>
    ),
    lock: (lock, tabIndex) => <ReleaseButtons lock={lock} tabIndex={tabIndex} onOpen={open} onDone={say} />,
    item: (entry) => releaseButton(entry, open),
  };
}

function releaseButton(entry: AttentionEntry, open: Dispatch<LockCommand>) {
  const lockFiles = releasableLocks(entry);
  if (lockFiles.length === 0) return null;
  return (
    <span data-key="u">
      <IconButton
        label="Release…"
        keys="u"
        icon={LockOpen}
        onClick={() => open({ name: 'release', lockFiles, shown: null })}
      />
    </span>
  );
}

function pressRelease(): void {
  const item = document.activeElement?.closest('[data-attention]');
  item?.querySelector<HTMLElement>('[data-key="u"] button')?.click();
}
