/** The acknowledgements that somebody still waits for, of those that `PENDING_ACKS.json` lists. */
import type { AgentPresence } from './agent-presence';
import type { OpenMattersNow } from './recorder/open-matters';
import type { PendingAck } from './swarm/pending-acks';

export interface OpenAck extends PendingAck {
  sender: string;
  recipient: string;
  /** Where its message is in the history; null where that is not known. */
  seq: number | null;
}

/**
 * Leaves out what the file still lists though it has ended: the recipient has answered since, one of the two is not in
 * the registry, another process has the sender's id now, or the message broke off before it was sent.
 */
export function openAcks(
  acks: readonly PendingAck[],
  matters: Pick<OpenMattersNow, 'awaiting'>,
  presence: AgentPresence,
): OpenAck[] {
  const places = new Map(matters.awaiting.map(([msgId, seq, answeredBy]) => [msgId, { seq, answeredBy }]));
  return acks.flatMap((ack): OpenAck[] => {
    const { msgId, sender, recipient, sentAt, orphan } = ack;
    if (sender === null || recipient === null || orphan) return [];
    const place = places.get(msgId);
    const ended =
      place?.answeredBy.includes(recipient) ||
      presence.isAbsent(sender) ||
      presence.isAbsent(recipient) ||
      presence.wasReplacedSince(sender, sentAt);
    return ended ? [] : [{ ...ack, sender, recipient, seq: place?.seq ?? null }];
  });
}
