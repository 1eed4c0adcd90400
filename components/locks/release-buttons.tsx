import { type Dispatch, useState } from 'react';
import { canReleaseAsHolder, type LockCommand, releasedSentence } from '@/components/locks/release';
import { sendCommand } from '@/lib/client/commands';
import { faultSentence } from '@/lib/client/fault-sentence';
import { asText } from '@/lib/client/text';
import type { ReleaseLockAnswer } from '@/lib/contract/lock-requests';
import { RELEASE_LOCK_PATH } from '@/lib/contract/paths';
import type { Lock } from '@/lib/contract/schemas';
import { Text } from '../ui/text';

interface ReleaseButtonsProps {
  lock: Lock;
  tabIndex: 0 | -1;
  onOpen: Dispatch<LockCommand>;
  /** Gets what happened, as a sentence. */
  onDone: Dispatch<string>;
}

/** Releases the selected lock: for a holder that is gone or past the timeout at once, by force after a confirmation. */
export function ReleaseButtons({ lock, tabIndex, onOpen, onDone }: ReleaseButtonsProps) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const { agent_id, filepath, lock_file } = lock;
  const release = async () => {
    setBusy(true);
    setFault(null);
    const sent = await sendCommand<ReleaseLockAnswer>('POST', RELEASE_LOCK_PATH, { agent_id, filepath });
    setBusy(false);
    if (sent.ok) onDone(releasedSentence(asText(filepath), sent.answer.outcome));
    else setFault(faultSentence(sent, 'The lock was not released.'));
  };
  return (
    <>
      <p className="mt-1 flex flex-wrap gap-2">
        {canReleaseAsHolder(lock) && (
          <button
            type="button"
            tabIndex={tabIndex}
            disabled={busy}
            onClick={() => void release()}
            className="quiet-button border border-line text-ink"
          >
            Release for <Text value={agent_id} max={40} />
          </button>
        )}
        <button
          type="button"
          tabIndex={tabIndex}
          onClick={() => onOpen({ name: 'release', lockFiles: [lock_file], shown: lock })}
          className="quiet-button border border-line"
        >
          Release by force…
        </button>
      </p>
      {fault !== null && (
        <p role="alert" className="wrap-anywhere mt-1 text-bad">
          {fault}
        </p>
      )}
    </>
  );
}
