/** The acknowledgements that are waited for, as the swarm's tool keeps them in its file (swarm-files.md §6). */
import { createHash } from 'node:crypto';
import { PENDING_ACKS_FILE } from '../sources/claudeswarm/pending-acks';
import { formatNaiveLocal } from '../sources/claudeswarm/written-form';
import { replaceFile } from './registry-file';
import type { Deed } from './world';

type Awaited = Extract<Deed, { kind: 'awaitAck' }> & { sentAt: number; nextRetryAt: number };

export class PendingAcks {
  readonly #root: string;
  readonly #awaited = new Map<string, Awaited>();
  #version = 0;
  #changed = false;

  constructor(root: string) {
    this.#root = root;
  }

  /** Takes in that somebody waits, or does not any more, as of a time (milliseconds since 1970). */
  perform(deed: Extract<Deed, { kind: 'awaitAck' | 'settleAck' }>, now: number): void {
    this.#changed = true;
    if (deed.kind === 'settleAck') {
      this.#awaited.delete(deed.msgId);
      return;
    }
    const sentAt = this.#awaited.get(deed.msgId)?.sentAt ?? now;
    this.#awaited.set(deed.msgId, { ...deed, sentAt, nextRetryAt: now + deed.retrySeconds * 1000 });
  }

  /** Replaces the file if anything has changed since it was last written. */
  write(): void {
    if (!this.#changed) return;
    this.#changed = false;
    this.#version += 1;
    const pending_acks = [...this.#awaited.values()].map(pendingAckEntry);
    replaceFile(this.#root, PENDING_ACKS_FILE, { version: this.#version, pending_acks });
  }
}

function pendingAckEntry({ msgId, agentId, recipientId, content, retryCount, sentAt, nextRetryAt }: Awaited): object {
  return {
    msg_id: msgId,
    sender_id: agentId,
    recipient_id: recipientId,
    message: {
      sender_id: agentId,
      timestamp: formatNaiveLocal(sentAt),
      msg_type: 'QUESTION',
      content,
      recipients: [recipientId],
      msg_id: msgId,
      signature: createHash('sha256').update(msgId).digest('hex'),
      delivery_status: { [recipientId]: true },
    },
    sent_at: formatNaiveLocal(sentAt),
    retry_count: retryCount,
    next_retry_at: formatNaiveLocal(nextRetryAt),
  };
}
