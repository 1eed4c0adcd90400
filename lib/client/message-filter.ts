/** Which messages are shown: the address's filter as a question to the API, and as far as possible decided here. */
import type { Message } from '../contract/schemas';
import type { Address } from './address';

/** Says whether a message passes the filter; null if only the server can tell. */
export type Matches = (message: Message) => boolean | null;

/** The parts of the address that choose messages. */
export type MessageChoice = Pick<Address, 'agent' | 'from' | 'to' | 'types' | 'q' | 'since' | 'until'>;

export const NO_CHOICE: MessageChoice = {
  agent: null,
  from: null,
  to: null,
  types: [],
  q: '',
  since: null,
  until: null,
};

const EVERYONE = 'all';
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** @returns the parameters of `GET /api/messages` for a choice; empty if it chooses all */
export function choiceQuery({ agent, from, to, types, q, since, until }: MessageChoice): string {
  const query = new URLSearchParams();
  const single = { agent, sender: from, recipient: to, q, since, until };
  for (const [name, value] of Object.entries(single)) if (value) query.set(name, value);
  for (const type of types) query.append('type', type);
  return query.toString();
}

/**
 * Decides as the server does whether a message belongs to a choice. Free text, and times that are no plain instants,
 * are left to the server: its index has its own idea of a word.
 */
export function matcherOf({ agent, from, to, types, q, since, until }: MessageChoice): Matches {
  const times = [since, until].filter((time) => time !== null);
  if (q !== '' || times.some((time) => !INSTANT.test(time) || Number.isNaN(Date.parse(time)))) return () => null;
  const kinds = new Set(types.map((type) => type.trim()).filter((type) => type !== ''));
  return (message) => {
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
