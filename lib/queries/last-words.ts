/** What agents said last until a moment. Retries and escalations, which the swarm's tool writes by itself, do not count. */
import type { Agent, LastMessage, Message } from '../contract/schemas';
import type { History } from '../history/history';
import { excerptOf, isAutomatic, messageContent } from '../sources/claudeswarm/message-fields';

/** So many agents are looked up one by one where the newest messages do not show them; each costs some 0.1 ms. */
const MAX_LOOKED_UP = 100;
/** Retries may come in a row. */
const MAX_MESSAGES = 20;
const MAX_TYPE_LENGTH = 256;

/**
 * Adds to agents what each said last; null where nothing is known of it.
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

/** @returns the newest message of a sender until a moment; null where its newest ones are all automatic */
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
