import { type Dispatch, useDeferredValue, useId, useMemo, useState } from 'react';
import { type LockPreview, previewLock } from '@/components/locks/lock-preview';
import { exactNow } from '@/lib/client/clock';
import { sendCommand } from '@/lib/client/commands';
import { faultSentence } from '@/lib/client/fault-sentence';
import { asText, counted, formatCount } from '@/lib/client/text';
import type { AcquireLockAnswer } from '@/lib/contract/lock-requests';
import { LOCKS_PATH } from '@/lib/contract/paths';
import type { AgentsAnswer, Lock, LocksAnswer } from '@/lib/contract/schemas';
import { AgentName } from '../ui/agent-name';
import { Dialog } from '../ui/dialog';
import { Text } from '../ui/text';
import { RelativeTime } from '../ui/time';

const MAX_LISTED = 10;
const FIELD = 'min-w-0 flex-1 rounded-sm border border-line bg-paper px-2 py-1';

interface LockDialogProps {
  locks: LocksAnswer;
  agents: AgentsAnswer;
  onDone: Dispatch<string>;
  onClose: () => void;
}

/** What is in the fields of the form. */
interface Wanted {
  agent: string;
  path: string;
  reason: string;
  /** As it was typed; empty for the swarm's own. */
  timeout: string;
}

interface Refusal {
  detail: string;
  conflicts: readonly Lock[];
}

/** Locks a path for an agent, and shows while one types which locks are in the way. */
export function LockDialog({ locks, agents, onDone, onClose }: LockDialogProps) {
  const [wanted, setWanted] = useState<Wanted>({
    agent: agents.agents[0]?.id ?? '',
    path: '',
    reason: '',
    timeout: '',
  });
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const shown = useDeferredValue(wanted);
  const preview = useMemo(() => previewOf(shown, locks), [shown, locks]);
  const change = (part: Partial<Wanted>) => {
    setWanted({ ...wanted, ...part });
    // What was refused is not what is in the fields any more.
    setRefusal(null);
  };
  const submit = async () => {
    setBusy(true);
    setRefusal(null);
    const outcome = await sendLock(wanted);
    setBusy(false);
    if (typeof outcome !== 'string') {
      setRefusal(outcome);
      return;
    }
    onDone(outcome);
    onClose();
  };
  return (
    <Dialog title="Lock a path for an agent" onClose={onClose}>
      <form
        className="space-y-3 overflow-y-auto px-5 py-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Fields wanted={wanted} change={change} agents={agents} />
        <div aria-live="polite" className="wrap-anywhere min-h-12">
          {refusal === null && preview !== null && <Preview preview={preview} locks={locks} agent={shown.agent} />}
          {refusal !== null && (
            <div role="alert">
              <p className="text-bad">{refusal.detail}</p>
              <LockLines locks={refusal.conflicts} />
            </div>
          )}
        </div>
        <p className="flex flex-wrap items-center gap-2">
          <button
            type="submit"
            disabled={busy}
            className="cursor-pointer rounded-md bg-accent px-3 py-1 font-medium text-paper disabled:cursor-default"
          >
            Lock it
          </button>
          <button type="button" className="quiet-button" onClick={onClose}>
            Cancel
          </button>
        </p>
      </form>
    </Dialog>
  );
}

function previewOf({ agent, path, timeout }: Wanted, locks: LocksAnswer): LockPreview | null {
  return path === '' ? null : previewLock(locks, { agent, path, timeoutSeconds: secondsOf(timeout) }, exactNow());
}

function secondsOf(timeout: string): number | null {
  return timeout === '' ? null : Number(timeout);
}

/** @returns a sentence about what was done, or why it was not */
async function sendLock({ agent, path, reason, timeout }: Wanted): Promise<string | Refusal> {
  const seconds = secondsOf(timeout);
  const sent = await sendCommand<AcquireLockAnswer>('POST', LOCKS_PATH, {
    ...{ agent_id: agent, filepath: path, reason },
    ...(seconds !== null && { timeout_seconds: seconds }),
  });
  if (sent.ok)
    return `${sent.answer.outcome === 'acquired' ? 'Locked' : 'Refreshed the lock of'} ${path} for ${agent}.`;
  const { conflicts } = sent.problem;
  return {
    detail: faultSentence(sent, 'Nothing was locked.'),
    conflicts: Array.isArray(conflicts) ? (conflicts as Lock[]) : [],
  };
}

interface FieldsProps {
  wanted: Wanted;
  change: (part: Partial<Wanted>) => void;
  agents: AgentsAnswer;
}

function Fields({ wanted: { agent, path, reason, timeout }, change, agents }: FieldsProps) {
  const ids = useId();
  return (
    <>
      <Field label="Agent">
        <input
          required
          list={ids}
          value={agent}
          maxLength={64}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => change({ agent: target.value })}
          className={FIELD}
        />
        <datalist id={ids}>
          {agents.agents.map(({ id }) => (
            <option key={id} value={id} />
          ))}
        </datalist>
      </Field>
      <Field label="Path">
        <input
          required
          value={path}
          placeholder="src/app.ts or src/*.ts"
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => change({ path: target.value })}
          className={`${FIELD} font-mono`}
        />
      </Field>
      <Field label="Reason">
        <input
          value={reason}
          maxLength={512}
          onChange={({ target }) => change({ reason: target.value })}
          className={FIELD}
        />
      </Field>
      <Field label="Timeout">
        <input
          type="number"
          min={1}
          max={3600}
          value={timeout}
          placeholder="as in the swarm"
          onChange={({ target }) => change({ timeout: target.value })}
          className={`${FIELD} min-w-34 max-w-40`}
        />
        <span className="text-muted">seconds; an older lock is taken over</span>
      </Field>
    </>
  );
}

function Field({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the field is among the children
    <label className="flex flex-wrap items-center gap-2">
      <span className="w-16 text-muted">{label}</span>
      {children}
    </label>
  );
}

interface PreviewProps {
  preview: LockPreview;
  locks: LocksAnswer;
  agent: string;
}

function Preview({ preview, locks, agent }: PreviewProps) {
  return (
    <>
      <Verdict preview={preview} agent={agent} />
      {!preview.complete && (
        <p className="text-muted">
          Not all locks were compared: {formatCount(locks.locks.length)} of {counted(locks.count, 'lock')} are known
          here. The server compares all of them.
        </p>
      )}
    </>
  );
}

function Verdict({ preview: { own, conflicts, takenOver, complete }, agent }: Omit<PreviewProps, 'locks'>) {
  if (own !== null) {
    return (
      <p>
        <Text value={agent} max={80} /> has this lock already; it would be refreshed.
      </p>
    );
  }
  if (conflicts.length > 0) {
    return (
      <>
        <p className="text-bad">
          {counted(conflicts.length, 'lock')} of {conflicts.length === 1 ? 'another agent is' : 'other agents are'} in
          the way; this would be refused.
        </p>
        <LockLines locks={conflicts} />
      </>
    );
  }
  if (takenOver.length > 0) {
    return (
      <>
        <p className="text-warn">{counted(takenOver.length, 'lock')} past the timeout would be taken over.</p>
        <LockLines locks={takenOver} />
      </>
    );
  }
  return complete && <p className="text-muted">No other lock is in the way.</p>;
}

function LockLines({ locks }: { locks: readonly Lock[] }) {
  return (
    <ul>
      {locks.slice(0, MAX_LISTED).map((lock) => (
        <li key={lock.lock_file}>
          <code translate="no">
            <Text value={asText(lock.filepath)} />
          </code>{' '}
          <span className="text-muted">held by</span> <AgentName id={lock.agent_id} />{' '}
          <span className="text-muted">
            for <RelativeTime instant={lock.acquired_at} form="age" label="Held since" />
          </span>
        </li>
      ))}
      {locks.length > MAX_LISTED && <li className="text-muted">and {formatCount(locks.length - MAX_LISTED)} more</li>}
    </ul>
  );
}
