/** Relations between messages: replies, acknowledgements and retries, as far as both messages are loaded. */

import { asText } from '@/lib/client/text';
import type { Message } from '@/lib/contract/schemas';

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
const RETRY = /^\[RETRY-(\d{1,3})\]\s+/;
const MAX_ANSWERS = 3;
const NONE: readonly Message[] = [];

/** Another message, named by its `msg_id`, and the message itself if it is loaded. */
interface Other {
  id: string;
  message: Message | null;
}

export interface MessageLinks {
  /** The message that this one answers. */
  parent: Other | null;
  /** The number of the retry, and the message that was sent originally. */
  retry: { count: number; of: Message | null } | null;
  /** The first answers to this one, oldest first; without the folded ones. */
  answers: readonly Message[];
  /** The acknowledgements and retries that this one shows instead of rows of their own. */
  folded: readonly Message[];
  /** Equal for equal links, so that a row renders again only if its links have changed. */
  key: string;
}

export interface LinkIndex {
  byId: ReadonlyMap<string, Message>;
  /** Messages that name another one's id, by that id. */
  naming: ReadonlyMap<string, readonly Message[]>;
  /** Messages by sender and text, to find the message that a retry repeats. */
  byText: ReadonlyMap<string, Message>;
}

interface Refs {
  id: string;
  named: readonly string[];
  textKey: string | null;
}

// Messages never change, and each new message queries the same thousand again.
const known = new WeakMap<Message, Refs>();

/** @returns the index of an ordered list of messages */
export function linkIndex(messages: readonly Message[]): LinkIndex {
  const byId = new Map<string, Message>();
  const naming = new Map<string, Message[]>();
  const byText = new Map<string, Message>();
  for (const message of messages) {
    const { id, named, textKey } = refsOf(message);
    // The log repeats ids now and then: the first one is the one that was answered.
    if (id !== '' && !byId.has(id)) byId.set(id, message);
    if (textKey !== null && !byText.has(textKey)) byText.set(textKey, message);
    for (const other of named) {
      const list = naming.get(other);
      if (list) list.push(message);
      else naming.set(other, [message]);
    }
  }
  return { byId, naming, byText };
}

/**
 * @param folded the messages that are folded into this one
 * @returns the relations of a message to those of the index
 */
export function linksOf(message: Message, index: LinkIndex, folded: readonly Message[] = NONE): MessageLinks {
  const { id, named } = refsOf(message);
  const parentId = named[0];
  const parent = parentId === undefined ? null : { id: parentId, message: earlier(index.byId.get(parentId), message) };
  const retried = RETRY.exec(asText(message.content));
  const retry = retried ? { count: Number(retried[1]), of: earlier(original(message, index), message) } : null;
  const answers =
    id === '' ? [] : (index.naming.get(id) ?? []).filter((other) => other.seq > message.seq && !folded.includes(other));
  const shown = answers.slice(0, MAX_ANSWERS);
  const numbers = [...shown.map(({ seq }) => seq), 'folded', folded[0]?.seq, folded.length, folded.at(-1)?.seq];
  const key = [parent?.id, parent?.message?.seq, retry?.of?.seq, ...numbers].join(' ');
  return { parent, retry, answers: shown, folded, key };
}

/** @returns whether a message asks for an acknowledgement, by its field or by the start of its text */
export function wantsAcknowledgement({ requires_ack, content }: Message): boolean {
  return requires_ack === true || /^(\[RETRY-\d{1,3}\]\s+)?\[REQUIRES-ACK\]/.test(asText(content));
}

/** @returns whether a message repeats an earlier one, by the start of its text */
export function isRetry({ content }: Message): boolean {
  return RETRY.test(asText(content));
}

function original(message: Message, { byText }: LinkIndex): Message | undefined {
  return byText.get(textKeyOf(message.sender, asText(message.content).replace(RETRY, '')));
}

function earlier(other: Message | undefined, message: Message): Message | null {
  return other && other.seq < message.seq ? other : null;
}

function refsOf(message: Message): Refs {
  const found = known.get(message);
  if (found) return found;
  const content = asText(message.content);
  const id = asText(message.msg_id).toLowerCase();
  const quoted = [asText(message.parent_msg_id), ...(content.match(UUID) ?? [])].map((text) => text.toLowerCase());
  const named = [...new Set(quoted)].filter((text) => text !== '' && text !== id);
  const refs = { id, named, textKey: wantsAcknowledgement(message) ? textKeyOf(message.sender, content) : null };
  known.set(message, refs);
  return refs;
}

function textKeyOf(sender: unknown, content: string): string {
  return `${asText(sender)}\n${content}`;
}
