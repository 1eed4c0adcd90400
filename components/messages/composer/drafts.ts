/** Texts that are not sent yet: kept in the browser, so that closing, reloading and new messages lose nothing. */
import type { Answered } from '@/lib/client/compose';
import { asText, truncated } from '@/lib/client/text';
import { MESSAGE_TYPES } from '@/lib/contract/message-types';

export type MessageType = (typeof MESSAGE_TYPES)[number];

/** The message that a reply quotes. */
export interface Quoted {
  sender: string;
  type: string;
  text: string;
  /** Null where the log line has none. */
  msgId: string | null;
}

export interface Draft {
  /** Empty for a message that replies to nothing; else one for each message that is replied to. */
  key: string;
  /** Ids of agents, or `all` alone. */
  recipients: readonly string[];
  type: MessageType;
  text: string;
  requiresAck: boolean;
  /** The text is a command of Claude Code and is typed as such. */
  asCommand: boolean;
  quoted: Quoted | null;
}

const MAX_DRAFTS = 10;
const MAX_QUOTED = 2000;

export const NEW_DRAFT: Draft = {
  key: '',
  recipients: [],
  type: 'INFO',
  text: '',
  requiresAck: false,
  asCommand: false,
  quoted: null,
};

/** The type of a reply, by what the message asks for; INFO for any other type. */
const REPLY_TYPES: Readonly<Record<string, MessageType>> = {
  'REVIEW-REQUEST': 'REVIEW-FEEDBACK',
  'REVIEW-FEEDBACK': 'ACK',
  'TASK-DELEGATION': 'ACK',
  'TASK-RESULT': 'ACK',
  COMPLETED: 'ACK',
  'CONTEXT-UPDATE': 'ACK',
  CONFLICT: 'NEGOTIATION',
  NEGOTIATION: 'NEGOTIATION',
  'CAPABILITY-QUERY': 'CAPABILITY-RESPONSE',
};

/** @returns the type of a reply to a message; QUESTION, BLOCKED and CHALLENGE are answered with INFO */
export function replyType(type: string): MessageType {
  return Object.hasOwn(REPLY_TYPES, type) ? (REPLY_TYPES[type] as MessageType) : 'INFO';
}

/** @returns an empty reply to the sender of a message */
export function replyDraft({ sender, msg_type, content, msg_id }: Answered): Draft {
  const [from, type, text] = [asText(sender), asText(msg_type), asText(content)];
  const msgId = asText(msg_id) || null;
  return {
    ...NEW_DRAFT,
    key: msgId ?? JSON.stringify([from, type, truncated(text, 200)]),
    recipients: from === '' ? [] : [from],
    type: replyType(type),
    quoted: { sender: from, type, text: truncated(text, MAX_QUOTED), msgId },
  };
}

export function isBlank({ text }: Pick<Draft, 'text'>): boolean {
  return text.trim() === '';
}

/** @returns the drafts with this one first; without it if it is blank, and with at most ten */
export function withDraft(drafts: readonly Draft[], draft: Draft): readonly Draft[] {
  const others = drafts.filter(({ key }) => key !== draft.key);
  return isBlank(draft) ? others : [draft, ...others].slice(0, MAX_DRAFTS);
}

/** @returns the stored drafts, without those that are not as this program stores them */
export function parseDrafts(stored: string | null): readonly Draft[] {
  try {
    const value: unknown = JSON.parse(stored ?? '[]');
    return Array.isArray(value) ? value.filter(isDraft).slice(0, MAX_DRAFTS) : [];
  } catch {
    return [];
  }
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null) return false;
  const { key, recipients, type, text, requiresAck, asCommand, quoted } = value as Record<keyof Draft, unknown>;
  return (
    typeof key === 'string' &&
    Array.isArray(recipients) &&
    recipients.every((id) => typeof id === 'string') &&
    MESSAGE_TYPES.some((name) => name === type) &&
    typeof text === 'string' &&
    typeof requiresAck === 'boolean' &&
    typeof asCommand === 'boolean' &&
    (quoted === null || isQuoted(quoted))
  );
}

function isQuoted(value: unknown): value is Quoted {
  if (typeof value !== 'object' || value === null) return false;
  const { sender, type, text, msgId } = value as Record<keyof Quoted, unknown>;
  return (
    [sender, type, text].every((part) => typeof part === 'string') && (msgId === null || typeof msgId === 'string')
  );
}

const encoder = new TextEncoder();

/** @returns the bytes of UTF-8 of a text without the blanks at its ends, which are not sent */
export function byteCount(text: string): number {
  return encoder.encode(text.trim()).length;
}

/** @returns whether Claude Code would take the text for a command, if it were typed as it is */
export function isCommandText(text: string): boolean {
  return /^[/!][^\r\n]+$/.test(text.trim());
}
