/** Writes a message that is final into the log of the swarm, and what has to be acknowledged into its file. */

import { appendToLog, logContains } from '../../sources/claudeswarm/log-appender';
import { formatNaive } from '../../sources/claudeswarm/naive-time';
import { addPendingAcks, type NewPendingAck } from '../../sources/claudeswarm/pending-acks-writer';
import type { KeptMessage } from './outbox-store';

/** As in the swarm's tool. */
const ACK_TIMEOUT_MS = 30_000;

export interface RecordResult {
  logged: 'yes' | 'failed';
  /** A sentence about what failed; null if nothing did. */
  detail: string | null;
}

export class MessageRecord {
  readonly #root: string;
  readonly #zone: string;

  /** @param zone of the agents' naive times */
  constructor(root: string, zone: string) {
    this.#root = root;
    this.#zone = zone;
  }

  /**
   * Writes the line of a message. Never throws.
   *
   * @param isRepeated it was begun before: the log is searched first
   */
  async write(message: KeptMessage, isRepeated: boolean): Promise<RecordResult> {
    try {
      const isThere = isRepeated && (await logContains(this.#root, message.msgId));
      if (!isThere) await appendToLog(this.#root, logLine(message, this.#zone));
    } catch (error) {
      return { logged: 'failed', detail: `${notLogged(message)}: ${sentence(error)}` };
    }
    const { requiresAck } = message;
    return { logged: 'yes', detail: requiresAck ? await this.#addAcks(message) : null };
  }

  async #addAcks(message: KeptMessage): Promise<string | null> {
    const entries = pendingAcks(message, this.#zone);
    if (entries.length === 0) return null;
    try {
      await addPendingAcks(this.#root, entries);
      return null;
    } catch (error) {
      return `It was sent and logged, but nothing waits for its acknowledgement: ${sentence(error)}`;
    }
  }
}

/** @returns the beginning of a sentence about a message whose line could not be written */
export function notLogged({ deliveries }: Pick<KeptMessage, 'deliveries'>): string {
  const mayHave = Object.values(deliveries).some(({ outcome }) => outcome !== 'failed');
  return mayHave ? 'It was sent, but not logged' : 'Nobody got it, and it was not logged';
}

/**
 * @returns the line as the swarm's tool writes it, with the time of writing: agents that have read newer lines would
 *   never see an older one. Withdrawn recipients were never sent anything
 */
export function logLine(message: KeptMessage, zone: string): object {
  const { sender, msgType, content, msgId, parentMsgId, deliveries } = message;
  const sent = Object.entries(deliveries).filter(([, { withdrawn }]) => !withdrawn);
  const arrived = sent.map(([id, { outcome }]): [string, boolean] => [id, outcome === 'delivered']);
  const successes = arrived.filter(([, ok]) => ok).length;
  return {
    ...{ sender, timestamp: formatNaive(Date.now(), zone), msg_type: msgType, content },
    recipients: sent.map(([id]) => id),
    msg_id: msgId,
    ...(parentMsgId !== null && { parent_msg_id: parentMsgId }),
    delivery_status: Object.fromEntries(arrived),
    success_count: successes,
    failure_count: arrived.length - successes,
  };
}

/** @returns an entry for each recipient that got it, or may have */
export function pendingAcks(message: KeptMessage, zone: string): NewPendingAck[] {
  const { sender, at, msgType, content, msgId, deliveries } = message;
  const line = logLine(message, zone) as { recipients: string[]; delivery_status: object };
  const sent = formatNaive(at, zone);
  // The tool signs what it sends, and checks no signature here.
  const kept = {
    ...{ sender_id: sender, timestamp: sent, msg_type: msgType, content, recipients: line.recipients, msg_id: msgId },
    ...{ signature: '', delivery_status: line.delivery_status },
  };
  return Object.entries(deliveries)
    .filter(([, { outcome }]) => outcome !== 'failed')
    .map(([recipient_id]) => ({
      ...{ msg_id: msgId, sender_id: sender, recipient_id, message: kept, sent_at: sent, retry_count: 0 },
      next_retry_at: formatNaive(Date.now() + ACK_TIMEOUT_MS, zone),
    }));
}

function sentence(error: unknown): string {
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { code: undefined, message: String(error) };
  if (code === 'ENOSPC') return 'the disk is full (ENOSPC).';
  return message;
}
