import { createContext, useMemo } from 'react';
import { mayAct, useMe } from '@/lib/client/commands';
import { requestReply } from '@/lib/client/compose';
import type { OutgoingMessage, OutgoingState } from '@/lib/contract/action-schemas';
import type { Message } from '@/lib/contract/schemas';

interface SendingValue {
  /** Messages of the dashboard, by `msg_id`. */
  sent: ReadonlyMap<string, OutgoingMessage>;
  /** Opens the composer for a reply; null for those who may not send. */
  reply: ((message: Message) => void) | null;
}

/** What the rows of messages know of sending. */
export const Sending = createContext<SendingValue>({ sent: new Map(), reply: null });

/** @param live whether messages can be sent: not in the past, and not into an exported time range */
export function useSending({ messages }: OutgoingState, live: boolean): SendingValue {
  const writes = mayAct(useMe(), 'messages') && live;
  return useMemo(
    () => ({
      sent: new Map(messages.map((sent) => [sent.msg_id, sent])),
      reply: writes ? (message) => requestReply(message) : null,
    }),
    [messages, writes],
  );
}
