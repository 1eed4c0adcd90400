/** The acknowledgements that `PENDING_ACKS.json` lists and that are still pending. */

import type { PendingAck } from '../sources/claudeswarm/pending-acks';
import type { AgentPresence } from './agent-presence';
import type { UnresolvedMessages } from './unresolved-messages';

export interface OpenAck extends PendingAck {
  /** The place of its message in the history; null where that is not known. */
  seq: number | null;
}

/**
 * Leaves out entries that the file still lists though they have ended: the recipient has answered since, one of the two
 * is not in the registry, another process has the sender's id now, or the message broke off before it was sent.
 */
export function openAcks(
  acks: readonly PendingAck[],
  unresolved: Pick<UnresolvedMessages, 'awaiting'>,
  presence: AgentPresence,
): OpenAck[] {
  const places = new Map(unresolved.awaiting.map(([msgId, seq, answeredBy]) => [msgId, { seq, answeredBy }]));
  return acks.flatMap((ack): OpenAck[] => {
    const { msgId, sender, recipient, sentAt, orphan } = ack;
    if (orphan) return [];
    const place = places.get(msgId);
    const ended =
      (recipient !== null && place?.answeredBy.includes(recipient)) ||
      [sender, recipient].some((name) => name !== null && presence.isAbsent(name)) ||
      (sender !== null && presence.wasReplacedSince(sender, sentAt));
    return ended ? [] : [{ ...ack, seq: place?.seq ?? null }];
  });
}
