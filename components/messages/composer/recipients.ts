/** The recipients of a message that is being written: which there are, which fit, and how many agents they are. */
import { asText } from '@/lib/client/text';
import { EVERYONE } from '@/lib/contract/message-types';
import type { Agent } from '@/lib/contract/schemas';

/** A recipient that can be chosen. */
export interface Candidate {
  /** The id of an agent, or `all`. */
  id: string;
  /** The name on its card, its health; of `all` how many agents it is. */
  note: string;
}

/** More are found by typing. */
const MAX_SHOWN = 60;
/** A message to more agents is a broadcast, which answers nobody: it is sent only after a question. */
const MAX_UNASKED = 3;

type Listed = Pick<Agent, 'id' | 'health' | 'source' | 'card'>;

/** @returns the number of agents that `all` reaches: those of the registry */
export function everyoneCount(agents: readonly Listed[]): number {
  return agents.filter(({ source }) => source === 'registry').length;
}

/**
 * @param typed the beginning or a part of an id or of a name
 * @param chosen those that are recipients already
 * @returns the recipients that can be added, those that begin with the typed text first
 */
export function candidates(agents: readonly Listed[], typed: string, chosen: readonly string[]): Candidate[] {
  const wanted = typed.trim().toLowerCase();
  const reached = everyoneCount(agents);
  const everyone: Candidate = { id: EVERYONE, note: `${reached} ${reached === 1 ? 'agent' : 'agents'}` };
  const all = agents.map((agent) => ({ id: asText(agent.id), note: noteOn(agent) }));
  const offered = reached > 1 && !chosen.includes(EVERYONE) ? [everyone, ...all] : all;
  const fits = offered.filter(({ id, note }) => {
    const words = id === EVERYONE ? 'everyone all' : `${id} ${note}`.toLowerCase();
    return !chosen.includes(id) && id !== '' && words.includes(wanted);
  });
  const begins = ({ id }: Candidate) => recipientName(id).toLowerCase().startsWith(wanted);
  return [...fits.filter(begins), ...fits.filter((one) => !begins(one))].slice(0, MAX_SHOWN);
}

function noteOn({ health, card }: Listed): string {
  return [card?.name, health].filter((part) => typeof part === 'string').join(', ');
}

/** @returns how a recipient is written on the page */
export function recipientName(id: string): string {
  return id === EVERYONE ? 'everyone' : id;
}

/**
 * Finds whom typed text means.
 *
 * @returns ids, separated by blanks, commas or semicolons in the text; or the first word that is nobody's
 */
export function readRecipients(agents: readonly Listed[], typed: string): { ids: string[] } | { unknown: string } {
  const known = new Map(agents.map(({ id }) => [asText(id).toLowerCase(), asText(id)]));
  const whole = known.get(typed.trim().toLowerCase());
  if (whole !== undefined) return { ids: [whole] };
  const ids: string[] = [];
  for (const word of typed.split(/[\s,;]+/).filter((part) => part !== '')) {
    const lower = word.toLowerCase().replace(/^@/, '');
    const id = known.get(lower) ?? (lower === 'everyone' || lower === EVERYONE ? EVERYONE : undefined);
    if (id === undefined) return { unknown: word };
    ids.push(id);
  }
  return { ids };
}

/** @returns the recipients with more of them; everyone includes all others */
export function withRecipients(recipients: readonly string[], added: readonly string[]): readonly string[] {
  const all = [...new Set([...recipients, ...added])];
  return all.includes(EVERYONE) ? [EVERYONE] : all;
}

/** @returns the recipients that are not listed any more */
export function missingRecipients(agents: readonly Listed[], recipients: readonly string[]): string[] {
  const known = new Set(agents.map(({ id }) => asText(id)));
  return recipients.filter((id) => id !== EVERYONE && !known.has(id));
}

/** @returns how many agents get the message */
export function reachedCount(agents: readonly Listed[], recipients: readonly string[]): number {
  return recipients.includes(EVERYONE) ? everyoneCount(agents) : recipients.length;
}

/** @returns whether a message goes to so many that it is sent only after a question */
export function isBroadcast(recipients: readonly string[]): boolean {
  return recipients.includes(EVERYONE) || recipients.length > MAX_UNASKED;
}
