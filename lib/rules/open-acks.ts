/** The acknowledgements that `PENDING_ACKS.json` lists and that are still pending. */

import type { PendingAck } from '../sources/claudeswarm/pending-acks';
import type { AgentPresence } from './agent-presence';
import type { UnresolvedMessages } from './unresolved-messages';

export interface OpenAck extends PendingAck {
  /** The place of its message in the history; null where that is not known. */
  seq: number | null;
}

/** Why an entry that the file still lists has ended. */
type AckEnding = 'answered' | 'absent' | 'broken';

/**
 * Leaves out entries that the file still lists though they have ended: the recipient has answered since, one of the two
 * is not in the registry, another process has the sender's id now, or the message broke off before it was sent.
 */
export function openAcks(
  acks: readonly PendingAck[],
  unresolved: Pick<UnresolvedMessages, 'awaiting'>,
  presence: AgentPresence,
): OpenAck[] {
  const endingOf = ackEndings(unresolved, presence);
  return acks.flatMap((ack): OpenAck[] => {
    const { ending, seq } = endingOf(ack);
    return ending === null ? [{ ...ack, seq }] : [];
  });
}

/**
 * @returns a function that says why an entry has ended, null if it has not, and the place of its message in the history,
 *   null where that is not known
 */
export function ackEndings(
  { awaiting }: Pick<UnresolvedMessages, 'awaiting'>,
  presence: AgentPresence,
): (ack: PendingAck) => { ending: AckEnding | null; seq: number | null } {
  const places = new Map(awaiting.map(([msgId, seq, answeredBy]) => [msgId, { seq, answeredBy }]));
  return ({ msgId, sender, recipient, sentAt, orphan }) => {
    if (orphan) return { ending: 'broken', seq: null };
    const place = places.get(msgId);
    const seq = place?.seq ?? null;
    if (recipient !== null && place?.answeredBy.includes(recipient)) return { ending: 'answered', seq };
    const absent =
      [sender, recipient].some((name) => name !== null && presence.isAbsent(name)) ||
      (sender !== null && presence.wasReplacedSince(sender, sentAt));
    return { ending: absent ? 'absent' : null, seq };
  };
}
