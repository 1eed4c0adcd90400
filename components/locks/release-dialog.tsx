import { type Dispatch, useId, useState } from 'react';
import {
  canReleaseAsHolder,
  expectedOf,
  holderOf,
  type LockHolder,
  otherLocks,
  releasedSentence,
} from '@/components/locks/release';
import { sendCommand } from '@/lib/client/commands';
import { faultSentence } from '@/lib/client/fault-sentence';
import type { CommandAnswer } from '@/lib/client/send-command';
import { asText, counted } from '@/lib/client/text';
import type { ReleaseLockAnswer } from '@/lib/contract/lock-requests';
import { RELEASE_LOCK_PATH } from '@/lib/contract/paths';
import type { AgentsAnswer, Lock, LocksAnswer } from '@/lib/contract/schemas';
import { AgentName } from '../ui/agent-name';
import { Dialog } from '../ui/dialog';
import { Health } from '../ui/health';
import { Text, Words } from '../ui/text';
import { ClockTime, RelativeTime, Sentence } from '../ui/time';

const MAX_OTHER_LOCKS = 8;

interface ReleaseDialogProps {
  /** The locks to choose from. */
  lockFiles: readonly string[];
  /** The lock as it was where the dialog was opened; null if only its file is known. */
  shown: Lock | null;
  locks: LocksAnswer;
  agents: AgentsAnswer;
  onDone: Dispatch<string>;
  onClose: () => void;
}

/**
 * Confirms the release of a lock. What is shown of the lock stays as it is while the dialog is open, and only that lock
 * is released: a lock that has changed meanwhile is shown, and needs another confirmation.
 */
export function ReleaseDialog({ lockFiles, shown, locks, agents, onDone, onClose }: ReleaseDialogProps) {
  const [choices] = useState(() => (shown ? [shown] : locksNamed(lockFiles, locks)));
  const [lock, setLock] = useState<Lock | null>(choices[0] ?? null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const send = async (body: object) => {
    setBusy(true);
    setFault(null);
    const sent = await sendCommand<ReleaseLockAnswer>('POST', RELEASE_LOCK_PATH, body);
    setBusy(false);
    if (sent.ok) {
      onDone(releasedSentence(asText(lock?.filepath) || 'The file', sent.answer.outcome));
      onClose();
      return;
    }
    setFault(faultOf(sent));
    if (sent.problem.code === 'lock_changed' || sent.problem.code === 'lock_held_by_other') {
      setLock((sent.problem.lock as Lock | null) ?? null);
    }
  };
  return (
    <Dialog title="Release a lock" onClose={onClose}>
      <div className="space-y-3 overflow-y-auto px-5 py-4">
        {fault !== null && (
          <p role="alert" className="wrap-anywhere text-bad">
            {fault}
          </p>
        )}
        {choices.length > 1 && <LockChoice choices={choices} chosen={lock} onChoose={setLock} />}
        {lock === null ? (
          <p>There is no lock left to release here.</p>
        ) : (
          <>
            <LockFacts lock={lock} locks={locks} agents={agents} />
            <p className="text-muted">
              The holder is not notified. If it still works on the file, two agents may change it at the same time.
            </p>
          </>
        )}
        <p className="flex flex-wrap items-center gap-2">
          {lock !== null && <Choices lock={lock} busy={busy} onSend={send} />}
          <button type="button" className="quiet-button" onClick={onClose}>
            {lock === null ? 'Close' : 'Cancel'}
          </button>
        </p>
      </div>
    </Dialog>
  );
}

interface ChoicesProps {
  lock: Lock;
  busy: boolean;
  /** Sends the body of a release. */
  onSend: (body: object) => Promise<void>;
}

function Choices({ lock, busy, onSend }: ChoicesProps) {
  const { lock_file, agent_id, filepath } = lock;
  return (
    <>
      <button
        type="button"
        disabled={busy}
        className="cursor-pointer rounded-md bg-bad px-3 py-1 font-medium text-paper disabled:cursor-default"
        onClick={() => void onSend({ lock_file, expected: expectedOf(lock), force: true })}
      >
        Release by force
      </button>
      {canReleaseAsHolder(lock) && (
        <button
          type="button"
          disabled={busy}
          className="quiet-button border border-line text-ink"
          onClick={() => void onSend({ agent_id, filepath })}
        >
          Release for <Text value={agent_id} max={40} />
        </button>
      )}
    </>
  );
}

function locksNamed(lockFiles: readonly string[], { locks }: LocksAnswer): Lock[] {
  const names = new Set(lockFiles);
  return locks.filter(({ lock_file }) => names.has(lock_file));
}

function faultOf(sent: Extract<CommandAnswer<unknown>, { ok: false }>): string {
  const { problem } = sent;
  if (problem.code === 'lock_changed' && problem.lock !== null) {
    return 'The lock changed meanwhile, so nothing was released. This is what it is now; release that if you want to.';
  }
  return faultSentence(sent, 'The lock was not released.');
}

interface LockChoiceProps {
  choices: readonly Lock[];
  chosen: Lock | null;
  onChoose: (lock: Lock) => void;
}

function LockChoice({ choices, chosen, onChoose }: LockChoiceProps) {
  const name = useId();
  return (
    <fieldset className="max-h-40 overflow-y-auto">
      <legend className="mb-1 text-muted">Which lock</legend>
      {choices.map((lock) => (
        <label key={lock.lock_file} className="wrap-anywhere flex items-baseline gap-2 py-0.5">
          <input
            type="radio"
            name={name}
            checked={chosen?.lock_file === lock.lock_file}
            onChange={() => onChoose(lock)}
          />
          <span>
            <PathOf lock={lock} /> <span className="text-muted">held by</span> <AgentName id={lock.agent_id} />
          </span>
        </label>
      ))}
    </fieldset>
  );
}

interface LockFactsProps {
  lock: Lock;
  locks: LocksAnswer;
  agents: AgentsAnswer;
}

function LockFacts({ lock, locks, agents }: LockFactsProps) {
  const { listed, more } = otherLocks(lock, locks);
  const reason = asText(lock.reason);
  return (
    <dl className="wrap-anywhere grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 [&>dt]:text-muted">
      <dt>Path</dt>
      <dd>
        <PathOf lock={lock} />
      </dd>
      <dt>Held by</dt>
      <dd>
        <Holder id={lock.agent_id} holder={holderOf(lock, agents)} />
      </dd>
      <dt>Since</dt>
      <dd>
        {lock.acquired_at === null ? (
          <Text value={lock.locked_at} max={80} />
        ) : (
          <>
            <ClockTime instant={lock.acquired_at} /> (<RelativeTime instant={lock.acquired_at} form="age" />)
          </>
        )}
        {lock.stale === true && ', past the timeout'}
      </dd>
      {reason !== '' && (
        <>
          <dt>Reason</dt>
          <dd>
            <Words value={reason} max={600} />
          </dd>
        </>
      )}
      <dt>Also holds</dt>
      <dd>
        {listed.length === 0 && more === 0 && 'no other lock'}
        <ul>
          {listed.slice(0, MAX_OTHER_LOCKS).map((other) => (
            <li key={other.lock_file}>
              <PathOf lock={other} />
            </li>
          ))}
        </ul>
        <MoreLocks listed={listed.length - MAX_OTHER_LOCKS} more={more} />
      </dd>
    </dl>
  );
}

function MoreLocks({ listed, more }: { listed: number; more: number | null }) {
  const left = Math.max(0, listed) + (more ?? 0);
  if (more === null) return <p className="text-muted">It may have further locks, which are not listed here.</p>;
  return left > 0 && <p className="text-muted">and {counted(left, 'more lock')}</p>;
}

function Holder({ id, holder }: { id: unknown; holder: LockHolder }) {
  const name = asText(id) === '' ? 'unknown holder' : <AgentName id={id} />;
  switch (holder.kind) {
    case 'listed':
      return (
        <>
          {name} <Health health={holder.agent.health} />
          <p className="text-muted">
            <Sentence text={holder.agent.health_reason} />
          </p>
        </>
      );
    case 'left':
      return (
        <>
          {name}
          <p className="text-muted">
            <Sentence text={holder.agent.left_reason} />
          </p>
        </>
      );
    case 'replaced':
      return <>the former {name}; another process has this id now</>;
    case 'unknown':
      return <>{name}, about which nothing is known: it is not in the registry</>;
  }
}

function PathOf({ lock }: { lock: Lock }) {
  return (
    <code translate="no">
      <Text value={asText(lock.filepath) || lock.lock_file} />
    </code>
  );
}
