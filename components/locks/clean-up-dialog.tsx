import { type Dispatch, useEffect, useState } from 'react';
import { sendCommand } from '@/lib/client/commands';
import { asText, counted, formatCount } from '@/lib/client/text';
import type { CleanUpLocksAnswer } from '@/lib/contract/lock-requests';
import { CLEAN_UP_LOCKS_PATH } from '@/lib/contract/paths';
import { AgentName } from '../ui/agent-name';
import { Dialog } from '../ui/dialog';
import { Text } from '../ui/text';
import { RelativeTime } from '../ui/time';

const MAX_LISTED = 100;

interface CleanUpDialogProps {
  onDone: Dispatch<string>;
  onClose: () => void;
}

/** Removes all locks past the timeout, after showing which they are. */
export function CleanUpDialog({ onDone, onClose }: CleanUpDialogProps) {
  const [found, setFound] = useState<CleanUpLocksAnswer | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    let closed = false;
    void sendCommand<CleanUpLocksAnswer>('POST', CLEAN_UP_LOCKS_PATH, { dry_run: true }).then((sent) => {
      if (closed) return;
      if (sent.ok) setFound(sent.answer);
      else setFault(sent.problem.detail);
    });
    return () => {
      closed = true;
    };
  }, []);
  const remove = async () => {
    setBusy(true);
    setFault(null);
    const sent = await sendCommand<CleanUpLocksAnswer>('POST', CLEAN_UP_LOCKS_PATH, {});
    setBusy(false);
    if (!sent.ok) {
      setFault(sent.problem.detail);
      return;
    }
    const { count, kept } = sent.answer;
    const changed = kept.length === 0 ? '' : ` ${counted(kept.length, 'lock')} changed meanwhile and stayed.`;
    onDone(`Removed ${counted(count - kept.length, 'lock')} past the timeout.${changed}`);
    onClose();
  };
  return (
    <Dialog title="Remove all locks past the timeout" onClose={onClose}>
      <div className="space-y-3 overflow-y-auto px-5 py-4">
        {fault !== null && (
          <p role="alert" className="wrap-anywhere text-bad">
            {fault}
          </p>
        )}
        {found === null && fault === null && <p role="status">Reading the locks…</p>}
        {found?.count === 0 && <p role="status">No lock is past the timeout.</p>}
        {found !== null && found.count > 0 && (
          <>
            <p>
              {counted(found.count, 'lock')}{' '}
              {found.count === 1
                ? 'is older than the swarm’s timeout. Its holder is not notified.'
                : 'are older than the swarm’s timeout. Their holders are not notified.'}
            </p>
            <ul className="wrap-anywhere">
              {found.locks.slice(0, MAX_LISTED).map((lock) => (
                <li key={lock.lock_file}>
                  <code translate="no">
                    <Text value={asText(lock.filepath) || lock.lock_file} />
                  </code>{' '}
                  <span className="text-muted">held by</span> <AgentName id={lock.agent_id} />{' '}
                  <span className="text-muted">
                    for <RelativeTime instant={lock.acquired_at} form="age" label="Held since" />
                  </span>
                </li>
              ))}
            </ul>
            {found.count > MAX_LISTED && <p className="text-muted">and {formatCount(found.count - MAX_LISTED)} more</p>}
          </>
        )}
        <p className="flex flex-wrap items-center gap-2">
          {found !== null && found.count > 0 && (
            <button
              type="button"
              disabled={busy}
              onClick={() => void remove()}
              className="cursor-pointer rounded-md bg-bad px-3 py-1 font-medium text-paper disabled:cursor-default"
            >
              Remove {counted(found.count, 'lock')}
            </button>
          )}
          <button type="button" className="quiet-button" onClick={onClose}>
            {found?.count === 0 ? 'Close' : 'Cancel'}
          </button>
        </p>
      </div>
    </Dialog>
  );
}
