/** The filter of messages: as parameters of the API, and as a function where the browser can decide. */
import { failedCount } from '../contract/failed-count';
import type { Message } from '../contract/schemas';
import type { Address } from './address';

/** Whether a message matches the filter; null if only the server can decide. */
export type Matches = (message: Message) => boolean | null;

/** The parts of the address that choose messages. */
export type MessageChoice = Pick<
  Address,
  'agent' | 'from' | 'to' | 'types' | 'notTypes' | 'only' | 'q' | 'since' | 'until'
>;

export const NO_CHOICE: MessageChoice = {
  agent: null,
  from: null,
  to: null,
  types: [],
  notTypes: [],
  only: [],
  q: '',
  since: null,
  until: null,
};

const EVERYONE = 'all';
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** @returns the parameters of `GET /api/messages` for a choice; empty if it selects all messages */
export function choiceQuery({ agent, from, to, types, notTypes, only, q, since, until }: MessageChoice): string {
  const query = new URLSearchParams();
  const single = { agent, sender: from, recipient: to, q, since, until };
  for (const [name, value] of Object.entries(single)) if (value) query.set(name, value);
  for (const type of types) query.append('type', type);
  for (const type of notTypes) query.append('not_type', type);
  for (const state of only) query.append('only', state);
  return query.toString();
}

/** @returns whether only the server can decide which messages match, whatever the message */
export function isServerChoice({ q, only }: MessageChoice): boolean {
  return q !== '' || only.includes('unanswered');
}

/**
 * Decides like the server whether a message matches a choice. Free text, and times that are not plain instants, are
 * left to the server, whose index has its own definition of a word.
 */
export function matcherOf(choice: MessageChoice): Matches {
  const { agent, from, to, types, notTypes, only, since, until } = choice;
  const times = [since, until].filter((time) => time !== null);
  if (isServerChoice(choice) || times.some((time) => !INSTANT.test(time) || Number.isNaN(Date.parse(time))))
    return () => null;
  const kinds = new Set(types.map((type) => type.trim()).filter((type) => type !== ''));
  const excluded = new Set(notTypes.map((type) => type.trim()));
  return (message) => {
    if (excluded.has(messageType(message))) return false;
    if (only.includes('failed') && failedCount(message) === 0) return false;
    if (only.includes('untyped') && typeof message.msg_type === 'string' && message.msg_type !== '') return false;
    if (kinds.size > 0 && !kinds.has(messageType(message))) return false;
    if (from !== null && message.sender !== from) return false;
    if (to !== null && !received(message, to)) return false;
    if (agent !== null && message.sender !== agent && !received(message, agent)) return false;
    if (times.length === 0) return true;
    const sent = message.sent_at === null ? Number.NaN : Date.parse(message.sent_at);
    return (since === null || sent >= Date.parse(since)) && (until === null || sent <= Date.parse(until));
  };
}

/** @returns the type under which the server counts and finds a message */
function messageType(message: Message): string {
  return typeof message.msg_type === 'string' ? message.msg_type : 'UNKNOWN';
}

function received({ recipients }: Message, name: string): boolean {
  const names: unknown[] = Array.isArray(recipients) ? recipients : [recipients];
  return names.includes(name) || names.includes(EVERYONE);
}
