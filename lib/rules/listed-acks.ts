/** The pending acknowledgements as the API lists them: every entry of the files, with its state. */
import type { AcksAnswer, PendingAck as ListedAck } from '../contract/acks-schemas';
import { formatCursor } from '../contract/events';
import { formatInstant } from '../contract/instant';
import type { PendingAck } from '../sources/claudeswarm/pending-acks';
import { AgentPresence } from './agent-presence';
import { isOverdueAck } from './attention-messages';
import type { DeadlineClock } from './deadline-clock';
import { ackEndings } from './open-acks';
import type { UnresolvedMessages } from './unresolved-messages';

/** One `PENDING_ACKS.json`. */
export interface AcksFile {
  /** Null for the root of the swarm. */
  folder: string | null;
  path: string;
  acks: readonly PendingAck[];
  version: number | null;
  /** Why it can't be read, or only in part; null if it could be, and if there is none. */
  fault: string | null;
}

type Facts = ConstructorParameters<typeof AgentPresence>[0] & {
  unresolved: Pick<UnresolvedMessages, 'epoch' | 'awaiting'>;
  limits: { ackOverdueMs: number };
  time: DeadlineClock;
};

/** @returns every entry of all files, also those that have ended and that the tool has not removed yet */
export function listedAcks(files: readonly AcksFile[], facts: Facts): AcksAnswer {
  const endingOf = ackEndings(facts.unresolved, new AgentPresence(facts));
  const described = (ack: PendingAck, { folder, version }: AcksFile): ListedAck => {
    const { ending, seq } = endingOf(ack);
    return {
      msg_id: ack.msgId,
      sender_id: ack.sender,
      recipient_id: ack.recipient,
      text: ack.text,
      sent_at: ack.sentAt === null ? null : formatInstant(ack.sentAt),
      retry_count: ack.retryCount,
      next_retry_at: ack.nextRetryAt === null ? null : formatInstant(ack.nextRetryAt),
      state: ending ?? (isOverdueAck(ack, facts) ? 'overdue' : 'waiting'),
      message: seq === null ? null : formatCursor(facts.unresolved.epoch, seq),
      folder,
      version,
    };
  };
  return {
    acks: files.flatMap((file) => file.acks.map((ack) => described(ack, file))),
    faults: files.flatMap(({ path, fault }) => (fault === null ? [] : [{ path, reason: fault }])),
  };
}
