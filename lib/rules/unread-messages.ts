/**
 * Counts the messages that agents have not read, as the inbox of the swarm's tool does: new is a message to the agent or
 * to all whose timestamp, as a text, is later than the agent's read mark. Two things differ: an agent's own messages do
 * not count, and those that a rotation has moved out of the log do.
 */
import { formatInstant } from '../contract/instant';
import type { Agent } from '../contract/schemas';
import type { UnreadMessages } from '../contract/work-schemas';
import { type Addressed, type AddressedMessage, MAX_ADDRESSED, type ReadMark } from '../history/addressed-messages';
import type { AttentionFacts, AttentionItem } from './attention-facts';
import { durationWords } from './wording';

interface Inbox {
  mark: string;
  unread: readonly AddressedMessage[];
  more: boolean;
  /** The newest message that was looked at for it. */
  upTo: number;
}

export class UnreadTracker {
  readonly #inboxes = new Map<string, Inbox>();

  /**
   * Takes the marks of now, and drops what agents have read since.
   *
   * @returns the marks whose agents' messages must be looked up with `later`: new ones, those that went back, and those
   *   of agents with more messages than are kept
   */
  setMarks(marks: readonly ReadMark[]): ReadMark[] {
    const given = new Set(marks.map(({ agent }) => agent));
    for (const agent of this.#inboxes.keys()) if (!given.has(agent)) this.#inboxes.delete(agent);
    return marks.filter(({ agent, mark }) => {
      const known = this.#inboxes.get(agent);
      if (known?.mark === mark) return false;
      if (!known || mark < known.mark || known.more) {
        this.#inboxes.delete(agent);
        return true;
      }
      this.#inboxes.set(agent, { ...known, mark, unread: known.unread.filter(({ timestamp }) => timestamp > mark) });
      return false;
    });
  }

  /** Takes what `later` found for these marks. */
  load(marks: readonly ReadMark[], { messages, cut, upTo }: Addressed): void {
    for (const { agent, mark } of marks) {
      const unread = messages.filter((message) => message.agent === agent);
      this.#inboxes.set(agent, { mark, unread, more: cut.includes(agent), upTo });
    }
  }

  /** Takes what `after` found. @returns whether an agent has more unread messages than before */
  add({ messages, upTo }: Addressed): boolean {
    let grew = false;
    for (const [agent, inbox] of this.#inboxes) {
      const isNew = (one: AddressedMessage) =>
        one.agent === agent && one.seq > inbox.upTo && one.timestamp > inbox.mark;
      const found = messages.filter(isNew);
      const unread = [...inbox.unread, ...found];
      const more = inbox.more || unread.length > MAX_ADDRESSED;
      this.#inboxes.set(agent, {
        ...inbox,
        ...{ unread: unread.slice(0, MAX_ADDRESSED), more, upTo: Math.max(inbox.upTo, upTo) },
      });
      grew = grew || found.length > 0;
    }
    return grew;
  }

  /** Forgets everything: the numbers of messages are of another history. */
  clear(): void {
    this.#inboxes.clear();
  }

  /** @returns what is known of each agent whose messages were looked up, by id */
  counts(): UnreadMessages[] {
    const counts = [...this.#inboxes].map(([agent_id, { mark, unread, more }]): UnreadMessages => {
      const oldest = unread.reduce((least, { sentAt }) => Math.min(least, sentAt), Number.POSITIVE_INFINITY);
      const oldest_at = unread.length === 0 ? null : formatInstant(oldest);
      return { agent_id, count: unread.length, more, oldest_at, read_until: mark };
    });
    return counts.sort((one, other) => (one.agent_id < other.agent_id ? -1 : 1));
  }
}

/** @returns one item for each active agent whose oldest unread message is older than the limit */
export function unreadItems({ agents, inboxes = [], limits, time }: AttentionFacts): AttentionItem[] {
  const active = new Map(agents.filter(({ health }) => health === 'active').map((agent) => [agent.id, agent]));
  return inboxes.flatMap((inbox): AttentionItem[] => {
    const { agent_id: id, count, more, oldest_at, read_until } = inbox;
    const agent = active.get(id);
    if (agent === undefined || oldest_at === null || isOfFormerLife(agent, oldest_at)) return [];
    const since = Date.parse(oldest_at);
    if (!time.isDue(since + limits.unreadFromMs)) return [];
    const many = `${more ? 'more than ' : ''}${count} unread ${count === 1 && !more ? 'message' : 'messages'}`;
    return [
      {
        kind: 'messages_unread',
        key: id,
        severity: 'notice',
        since,
        subject: id,
        agent: id,
        reason: `${id} has ${many}.`,
        why: {
          rule:
            'An active agent is listed if it has not read its messages with the tool for a while: a message to it is ' +
            'unread if its timestamp is later than the agent’s read mark. It may have seen them in its terminal.',
          facts: [
            `Its read mark in .swarm/last_read_messages.json is ${read_until}.`,
            `The oldest message after it was sent at ${formatInstant(since)}.`,
          ],
          threshold: `the oldest is older than ${durationWords(limits.unreadFromMs)}`,
          setting: 'SWARM_ATTENTION_UNREAD_MINUTES',
        },
        evidence: { agents: [id] },
      },
    ];
  });
}

/** Ids are reused: a message that is older than the agent's life was sent to a former one. */
function isOfFormerLife({ life_began_at }: Agent, oldestAt: string): boolean {
  return life_began_at !== null && Date.parse(oldestAt) < Date.parse(life_began_at);
}
