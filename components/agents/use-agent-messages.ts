import { use, useMemo } from 'react';
import useSWR from 'swr';
import { readJson, requestPath } from '@/lib/client/api';
import { Moment } from '@/lib/client/moment';
import { formatMoment } from '@/lib/client/moments';
import { parseCursor } from '@/lib/contract/events';
import { MESSAGES_PATH } from '@/lib/contract/paths';
import type { Message, MessagesAnswer } from '@/lib/contract/schemas';
import { concerns } from './agents';

const MAX_MESSAGES = 20;

export interface AgentMessages {
  /** The newest messages that the agent sent or received, newest first. */
  messages: readonly Message[];
  loading: boolean;
  /** Why the history could not be read, as a sentence. */
  error: string | null;
  /** Turns a message's `seq` into a cursor; null until the server has answered. */
  epoch: string | null;
}

/**
 * Reads the newest messages of an agent from the history and adds those that the page has received since.
 *
 * For a past moment, only those sent until then.
 *
 * @param atHand the newest messages of all agents, oldest first
 */
export function useAgentMessages(id: string, atHand: readonly Message[]): AgentMessages {
  const moment = use(Moment);
  const query = new URLSearchParams({ agent: id, limit: String(MAX_MESSAGES) });
  if (moment !== null) query.set('until', formatMoment(moment));
  // The stream brings everything after the first answer.
  const answer = useSWR<MessagesAnswer, Error>(requestPath(MESSAGES_PATH, query), read, {
    revalidateOnFocus: false,
    shouldRetryOnError: false,
  });
  const messages = useMemo(() => {
    const own = atHand.filter((message) => concerns(message, id));
    return newest([...(answer.data?.messages ?? []), ...own]);
  }, [answer.data, atHand, id]);
  return {
    messages,
    loading: answer.isLoading,
    error: answer.error?.message ?? null,
    epoch: answer.data ? (parseCursor(answer.data.next_cursor)?.epoch ?? null) : null,
  };
}

/** @returns the newest, each once, newest first */
function newest(messages: readonly Message[]): Message[] {
  const bySeq = new Map(messages.map((message) => [message.seq, message]));
  return [...bySeq.values()].sort((one, other) => other.seq - one.seq).slice(0, MAX_MESSAGES);
}

function read(path: string): Promise<MessagesAnswer> {
  return readJson(path, { failure: 'Could not load earlier messages' });
}
