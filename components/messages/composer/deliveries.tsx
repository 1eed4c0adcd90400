import { useState } from 'react';
import { requestPath } from '@/lib/client/api';
import { mayAct, sendCommand, useMe } from '@/lib/client/commands';
import { counted } from '@/lib/client/text';
import type { OutgoingMessage } from '@/lib/contract/action-schemas';
import { OUTGOING_MESSAGE_PATH } from '@/lib/contract/paths';
import { Sentence } from '../../ui/time';
import { Names } from '../recipients';
import { isQueued, OUTCOMES, type OutcomeLine, outcomeLines } from './outgoing';

const COLOURS: Record<OutcomeLine['outcome'], string> = {
  delivered: 'text-good',
  queued: 'text-ink',
  failed: 'text-bad',
  unknown: 'text-warn',
};
const MARKS: Record<OutcomeLine['outcome'], string> = { delivered: '✓', queued: '…', failed: '✕', unknown: '?' };
const MAX_NAMES = 3;

interface DeliveriesProps {
  message: OutgoingMessage;
  /** On a row of the list of messages, which has one stop for Tab. */
  inRow?: boolean;
}

/** How a message of the dashboard reached each recipient, and whether its line is in the log. */
export function Deliveries({ message, inRow = false }: DeliveriesProps) {
  return (
    <ul aria-label="Deliveries" className="wrap-anywhere max-w-measure list-none">
      {outcomeLines(message).map((line) => (
        <li key={`${line.outcome} ${line.detail}`}>
          <Outcome line={line} inRow={inRow} />
        </li>
      ))}
      {message.logged === 'failed' && (
        <li className="text-bad">
          <span aria-hidden="true">✕ </span>
          Not in the message log. {message.detail && <Sentence text={message.detail} />}
        </li>
      )}
      {message.logged !== 'failed' && message.detail !== null && (
        <li className="text-warn">
          <Sentence text={message.detail} />
        </li>
      )}
      {message.logged === 'no' && message.final && <li className="text-muted">Not in the message log yet.</li>}
    </ul>
  );
}

interface OutcomeProps {
  line: OutcomeLine;
  inRow: boolean;
}

function Outcome({ line: { outcome, recipients, detail, expiresAt }, inRow }: OutcomeProps) {
  const [open, setOpen] = useState(false);
  const many = recipients.length > MAX_NAMES;
  return (
    <>
      <span className={`font-medium ${COLOURS[outcome]}`}>
        <span aria-hidden="true">{MARKS[outcome]} </span>
        {OUTCOMES[outcome]}
      </span>{' '}
      {many && (
        <button
          type="button"
          tabIndex={inRow ? -1 : undefined}
          className="link"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {counted(recipients.length, 'agent')}
        </button>
      )}
      {many && open && ': '}
      {(!many || open) && <Names names={recipients} />}
      {expiresAt !== null && (
        <>
          {' until '}
          <Sentence text={expiresAt} />
        </>
      )}
      {outcome !== 'delivered' && detail !== '' && (
        <span className="text-muted">
          : <Sentence text={detail} />
        </span>
      )}
    </>
  );
}

interface WithdrawProps extends DeliveriesProps {
  /** Takes the message as it is afterwards; the stream brings it too. */
  onWithdrawn?: (message: OutgoingMessage) => void;
}

/** Takes back what is still queued; there only for those who may. */
export function Withdraw({ message, inRow = false, onWithdrawn }: WithdrawProps) {
  const me = useMe();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  if (!mayAct(me, 'messages') || !isQueued(message)) return null;
  const withdraw = async () => {
    setBusy(true);
    setFault(null);
    const result = await sendCommand<{ message?: OutgoingMessage }>(
      'DELETE',
      requestPath(OUTGOING_MESSAGE_PATH, undefined, message.id),
    );
    setBusy(false);
    if (!result.ok) setFault(result.problem.detail);
    else if (result.answer.message) onWithdrawn?.(result.answer.message);
  };
  return (
    <>
      <button
        type="button"
        tabIndex={inRow ? -1 : undefined}
        className="link"
        disabled={busy}
        onClick={() => void withdraw()}
      >
        Withdraw
      </button>
      {fault !== null && (
        <span role="alert" className="text-bad">
          {' '}
          Not withdrawn. {fault}
        </span>
      )}
    </>
  );
}
