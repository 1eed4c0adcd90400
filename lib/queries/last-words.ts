/**
 * Finds the last message that each agent had sent by a moment. Retries and escalations do not count: the swarm's tool
 * writes them by itself.
 */
import type { Agent, LastMessage, Message } from '../contract/schemas';
import type { History } from '../history/history';
import { excerptOf, isAutomatic, messageContent } from '../sources/claudeswarm/message-fields';

/** How many agents are looked up one by one if the newest messages do not include them. Each costs about 0.1 ms. */
const MAX_LOOKED_UP = 100;
/** More than one, since a sender's newest messages may all be retries. */
const MAX_MESSAGES = 20;
const MAX_TYPE_LENGTH = 256;

/**
 * Adds to each agent its last message; null if none is known.
 *
 * @param newest the newest messages of the moment, oldest first
 * @param at milliseconds since 1970
 */
export function withLastWords(
  history: Pick<History, 'page'>,
  agents: readonly Agent[],
  newest: readonly Message[],
  at: number,
): Agent[] {
  const shown = new Map(newest.filter((message) => !isAutomatic(message)).map((message) => [message.sender, message]));
  let lookedUp = 0;
  return agents.map((agent) => {
    let message = shown.get(agent.id) ?? null;
    if (message === null && lookedUp < MAX_LOOKED_UP) {
      lookedUp += 1;
      message = newestOwn(history, agent.id, at);
    }
    if (message === null) return agent;
    return { ...agent, last_spoke_at: message.sent_at, last_message: lastMessageOf(message) };
  });
}

/** @returns the newest message of a sender up to a moment; null if all messages that were looked at are automatic */
function newestOwn(history: Pick<History, 'page'>, sender: string, at: number): Message | null {
  const { messages } = history.page({ limit: MAX_MESSAGES, filter: { sender, until: at } });
  const read = messages.map(({ json }) => JSON.parse(json) as Message);
  return read.findLast((message) => !isAutomatic(message)) ?? null;
}

function lastMessageOf(message: Message): LastMessage {
  const { seq, msg_type: type, sent_at } = message;
  return {
    seq,
    ...(typeof type === 'string' && { msg_type: type.slice(0, MAX_TYPE_LENGTH) }),
    excerpt: excerptOf(messageContent(message).text),
    sent_at,
  };
}
