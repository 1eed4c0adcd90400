import { useEffect, useRef, useState } from 'react';
import type { Address } from '@/lib/client/address';
import { mayAct, sendCommand, useMe } from '@/lib/client/commands';
import { counted } from '@/lib/client/text';
import type { PendingAck } from '@/lib/contract/acks-schemas';
import { REMOVE_ACK_PATH } from '@/lib/contract/paths';
import { AddressLink } from '../ui/address-link';
import { AgentName } from '../ui/agent-name';
import { Empty, Scroller } from '../ui/panel';
import { Text, Words } from '../ui/text';
import { RelativeTime } from '../ui/time';
import { ackKey, ackRows, STATES } from './acks';
import { useAcks } from './use-acks';

interface AcksViewProps {
  /** The past moment that the page shows, ISO 8601; null for the present. */
  at: string | null;
  onGo: (to: Partial<Address>) => void;
}

/** The messages whose acknowledgement the swarm's tool waits for, each with a way to end that. */
export function AcksView({ at, onGo }: AcksViewProps) {
  const { answer, error, reload } = useAcks(at === null);
  const acts = mayAct(useMe(), 'messages');
  if (at !== null) {
    return <Empty title="Not recorded at this moment.">Go back to live to see what is awaited now.</Empty>;
  }
  if (error && !answer) return <Empty title="No pending acknowledgements to show.">{error}</Empty>;
  if (!answer) return <p className="px-4 py-2 text-muted">Loading…</p>;
  const rows = ackRows(answer);
  return (
    <>
      {answer.faults.map(({ path, reason }) => (
        <p key={path} role="alert" className="wrap-anywhere shrink-0 px-4 pt-1 text-warn">
          {reason}
        </p>
      ))}
      {error && (
        <p role="alert" className="shrink-0 px-4 pt-1 text-warn">
          {error}
        </p>
      )}
      {rows.length === 0 ? (
        <Empty title="No message waits for an acknowledgement.">
          A message that requires one is listed here until its recipient acknowledges it.
        </Empty>
      ) : (
        <Scroller label="List of pending acknowledgements">
          <ol aria-label="Pending acknowledgements" className="divide-y divide-line">
            {rows.map((ack) => (
              <AckRow key={ackKey(ack)} ack={ack} acts={acts} onGo={onGo} onRemoved={reload} />
            ))}
          </ol>
        </Scroller>
      )}
    </>
  );
}

interface AckRowProps {
  ack: PendingAck;
  /** Entries may be removed. */
  acts: boolean;
  onGo: (to: Partial<Address>) => void;
  onRemoved: () => void;
}

function AckRow({ ack, acts, onGo, onRemoved }: AckRowProps) {
  const { label, colour, meaning } = STATES[ack.state];
  return (
    <li className="px-4 py-1.5">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <p className="wrap-anywhere min-w-0">
          <span className={`font-medium ${colour}`} title={meaning}>
            {label}
          </span>{' '}
          <AgentName id={ack.sender_id ?? 'unknown sender'} /> <span className="text-muted">→ </span>
          <AgentName id={ack.recipient_id ?? 'unknown recipient'} />
        </p>
        <p className="text-muted">
          sent <RelativeTime instant={ack.sent_at} label="Sent" /> · {counted(ack.retry_count, 'retry', 'retries')} ·
          next retry <RelativeTime instant={ack.next_retry_at} label="Next retry" />
        </p>
        {ack.message !== null && (
          <AddressLink to={{ message: ack.message }} onGo={onGo}>
            Show the message
          </AddressLink>
        )}
      </div>
      <p className="wrap-anywhere max-w-measure">{ack.text === '' ? '(no text)' : <Words value={ack.text} />}</p>
      {ack.folder !== null && (
        <p className="wrap-anywhere text-muted">
          Listed in <Text value={ack.folder} />
        </p>
      )}
      {acts && <Removal ack={ack} onRemoved={onRemoved} />}
    </li>
  );
}

/** Removes an entry after a question, and says why it was not removed. */
function Removal({ ack, onRemoved }: { ack: PendingAck; onRemoved: () => void }) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const confirm = useRef<HTMLButtonElement>(null);
  const first = useRef<HTMLButtonElement>(null);
  /** The question was taken back, and the button that asked it gets the focus. */
  const stopped = useRef(false);
  useEffect(() => {
    if (asking) confirm.current?.focus();
    else if (stopped.current) first.current?.focus();
    stopped.current = false;
  }, [asking]);
  const stop = () => {
    stopped.current = true;
    setAsking(false);
  };
  const remove = async () => {
    setBusy(true);
    setFault(null);
    const { msg_id, recipient_id, version, folder } = ack;
    const result = await sendCommand('POST', REMOVE_ACK_PATH, { msg_id, recipient_id, version, folder });
    setBusy(false);
    if (!result.ok) {
      setFault(result.problem.detail);
      stop();
    } else {
      // The row goes with its buttons.
      confirm.current?.closest<HTMLElement>('[data-scroller]')?.focus();
    }
    onRemoved();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape takes the question back
    <div
      className="flex flex-wrap items-center gap-x-2"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !asking) return;
        event.preventDefault();
        stop();
      }}
    >
      {asking ? (
        <>
          <p role="status">
            The swarm’s tool stops asking <Text value={ack.recipient_id ?? 'the recipient'} max={80} />. Nobody is
            informed.
          </p>
          <button ref={confirm} type="button" disabled={busy} onClick={() => void remove()} className="send-button">
            {busy ? 'Removing…' : 'Remove the entry'}
          </button>
          <button type="button" disabled={busy} onClick={stop} className="quiet-button">
            Back
          </button>
        </>
      ) : (
        <button ref={first} type="button" className="link" onClick={() => setAsking(true)}>
          Remove…
        </button>
      )}
      {fault !== null && (
        <p role="alert" className="wrap-anywhere text-bad">
          {fault}
        </p>
      )}
    </div>
  );
}
