/** Acknowledgements and retries, folded into the message they belong to. */

import { isRetry, type LinkIndex, linksOf } from '@/components/messages/message-links';
import { describeDelivery } from '@/lib/client/delivery';
import type { Message } from '@/lib/contract/schemas';

export interface Folds {
  /** The messages that have rows of their own, oldest first. */
  rows: readonly Message[];
  /** The folded ones by the number of the message that shows them, oldest first. */
  into: ReadonlyMap<number, readonly Message[]>;
}

/**
 * Folds each acknowledgement and each retry into the message that it names or repeats, as far as that is loaded. One that
 * did not reach its recipient keeps its row: somebody should see it.
 *
 * @param messages in order
 * @param keptSeq the message that has a row in any case, because the address points at it
 */
export function foldMessages(messages: readonly Message[], index: LinkIndex, keptSeq: number | null): Folds {
  const into = new Map<number, Message[]>();
  const hosts = new Map<number, Message>();
  const rows = messages.filter((message) => {
    const named = message.seq === keptSeq ? null : hostOf(message, index);
    if (named === null) return true;
    // A retry of a retry, or the acknowledgement of one, belongs to the message that was sent first.
    const host = hosts.get(named.seq) ?? named;
    hosts.set(message.seq, host);
    const folded = into.get(host.seq);
    if (folded) folded.push(message);
    else into.set(host.seq, [message]);
    return false;
  });
  return { rows, into };
}

function hostOf(message: Message, index: LinkIndex): Message | null {
  // Asked of each loaded message whenever one arrives, so the usual answer comes first.
  if (message.msg_type !== 'ACK' && !isRetry(message)) return null;
  const { parent, retry } = linksOf(message, index);
  const host = retry?.of ?? (message.msg_type === 'ACK' ? parent?.message : null) ?? null;
  return host !== null && describeDelivery(message).failedCount === 0 ? host : null;
}
