/** Requests to reply, from any part of the page to the composer, which loads later. */
import type { Message } from '../contract/schemas';

/** The fields of a message that a reply to it needs. */
export type Answered = Pick<Message, 'sender' | 'msg_type' | 'content' | 'msg_id'>;

export interface ReplyRequest {
  answered: Answered;
  /** Gets the focus back when the reply is sent or put away. */
  origin: Element | null;
}

let wanted: ReplyRequest | null = null;
const listeners = new Set<() => void>();

/** Opens the composer for a reply. */
export function requestReply(answered: Answered, origin: Element | null = document.activeElement): void {
  setWanted({ answered, origin });
}

/** @returns the request that the composer has not taken yet; null if there is none */
export function replyWanted(): ReplyRequest | null {
  return wanted;
}

export function setWanted(request: ReplyRequest | null): void {
  wanted = request;
  for (const listener of listeners) listener();
}

export function onReplyWanted(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
