/**
 * Messages that ask for an acknowledgement, their places in the history, and which recipients have answered since: in
 * the thread, by quoting the whole id, or by a message that answers (`directlyAddressed`).
 */
import { createHash } from 'node:crypto';
import { isAutomatic, messageContent, readName, recipientsOf } from '../sources/claudeswarm/message-fields';

type Fields = Readonly<Record<string, unknown>>;

/** One message that asks for an acknowledgement. */
export interface AwaitedAck {
  msgId: string;
  seq: number;
  /** Its sender and text, which its retries share. */
  key: string;
  sender: string | null;
  recipients: string[];
  /** Recipients that have answered since, each once. */
  answeredBy: string[];
  /** The ids of its retries. */
  retries: string[];
}

const MAX_AWAITED = 500;
const MAX_RECIPIENTS = 100;
const MAX_RETRIES = 10;
/** A message of the swarm's tool has at most 10 KiB; text beyond that is not searched for ids. */
const MAX_QUOTING_CHARACTERS = 16_384;
/** A message to more agents is a broadcast, which answers nobody. */
export const MAX_ANSWER_RECIPIENTS = 3;

/** @returns whom a message could answer: nobody if it is automatic, a question itself or a broadcast */
export function directlyAddressed(fields: Fields): string[] {
  if (isAutomatic(fields) || asksItself(fields)) return [];
  const recipients = recipientsOf(fields);
  return recipients.length > MAX_ANSWER_RECIPIENTS ? [] : recipients;
}

/** @returns whether a message is a QUESTION or BLOCKED */
export function asksItself({ msg_type: type }: Fields): boolean {
  return type === 'QUESTION' || type === 'BLOCKED';
}

export class AwaitedAcks {
  #byId = new Map<string, AwaitedAck>();
  #byKey = new Map<string, AwaitedAck>();
  /** By the agent that should answer. */
  #waiting = new Map<string, Set<AwaitedAck>>();
  #changed = true;

  /** @returns copies, for the event and for the saved state */
  list(): AwaitedAck[] {
    return [...this.#byId.values()].map((one) => ({ ...one }));
  }

  /** Replaces its content. */
  restore(awaited: readonly AwaitedAck[]): void {
    for (const one of this.#byId.values()) this.#drop(one);
    for (const one of awaited) this.#add({ ...one });
    this.#changed = true;
  }

  /** @returns whether anything has changed since the last call */
  takeChange(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** Takes the next message. */
  feed(seq: number, sender: string | null, fields: Fields): void {
    if (sender !== null) this.#noteAnswer(sender, fields);
    const { content, requires_ack: required, msg_id: id } = fields;
    const msgId = typeof id === 'string' ? readName(id) : null;
    if (msgId === null) return;
    if (isAutomatic(fields)) this.#noteRetry(msgId, sender, fields);
    else if (required === true || (typeof content === 'string' && content.startsWith('[REQUIRES-ACK] '))) {
      const known = this.#byId.get(msgId);
      if (known) this.#drop(known);
      const recipients = recipientsOf(fields).slice(0, MAX_RECIPIENTS);
      const key = ackKey(sender, fields);
      this.#add({ msgId, seq, key, sender, recipients, answeredBy: [], retries: [] });
    }
  }

  #noteAnswer(answerer: string, fields: Fields): void {
    const waiting = this.#waiting.get(answerer);
    if (!waiting || isAutomatic(fields)) return;
    const addressed = directlyAddressed(fields);
    const { parent_msg_id: parentId, content } = fields;
    const parent = readName(parentId);
    const named = new Set([parent]);
    if (typeof content === 'string') {
      for (const word of content.slice(0, MAX_QUOTING_CHARACTERS).match(/[\w-]+/g) ?? []) named.add(word);
    }
    for (const one of waiting) {
      const inThread = named.has(one.msgId) || (parent !== null && one.retries.includes(parent));
      const answers = inThread || (one.sender !== null && addressed.includes(one.sender));
      if (!answers) continue;
      one.answeredBy = [...one.answeredBy, answerer];
      this.#changed = true;
      this.#stopWaiting(answerer, one);
    }
  }

  #noteRetry(msgId: string, sender: string | null, fields: Fields): void {
    const first = this.#byKey.get(ackKey(sender, fields));
    if (!first || first.retries.length >= MAX_RETRIES || messageContent(fields).form !== 'retry') return;
    first.retries = [...first.retries, msgId];
  }

  #add(one: AwaitedAck): void {
    this.#byId.set(one.msgId, one);
    this.#byKey.set(one.key, one);
    for (const recipient of one.recipients) {
      if (recipient === one.sender || one.answeredBy.includes(recipient)) continue;
      this.#waiting.set(recipient, (this.#waiting.get(recipient) ?? new Set()).add(one));
    }
    this.#changed = true;
    const [oldest] = this.#byId.values();
    if (oldest && this.#byId.size > MAX_AWAITED) this.#drop(oldest);
  }

  #drop(one: AwaitedAck): void {
    this.#byId.delete(one.msgId);
    if (this.#byKey.get(one.key) === one) this.#byKey.delete(one.key);
    for (const recipient of one.recipients) this.#stopWaiting(recipient, one);
  }

  #stopWaiting(answerer: string, one: AwaitedAck): void {
    const waiting = this.#waiting.get(answerer);
    if (waiting?.delete(one) && waiting.size === 0) this.#waiting.delete(answerer);
  }
}

function ackKey(sender: string | null, fields: Fields): string {
  return createHash('sha1')
    .update(JSON.stringify([sender, messageContent(fields).text]))
    .digest('base64');
}
