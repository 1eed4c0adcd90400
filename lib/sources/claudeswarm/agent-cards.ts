/**
 * What agents are called, what they are for and what they can do, `AGENT_CARDS.json`: read as a whole; the last good content is kept while
 * the file can't be read. Of each card only what is shown of its agent is kept, and the time of its newest change.
 */
import type { AgentCard, Skipped } from '../../contract/schemas';
import { isObject } from '../../platform/json-shape';
import { countSkipped } from '../source-status';
import { BEYOND, parseObject, type SmallFileKind, SmallFileReader } from './json-file';
import { excerptOf, readName } from './message-fields';
import { readInstant } from './naive-time';
import { readFigures, readText, readTexts } from './work/fields';

export const AGENT_CARDS_FILE = 'AGENT_CARDS.json';

/** As many as agents of the registry. */
const MAX_CARDS = 2000;
const MAX_ROLE_WORDS = 5;
const MAX_DESCRIPTION = 300;
const MAX_SKILLS = 20;
const MAX_SKILL = 100;

/** What the file says of one agent. */
export interface KnownCard extends AgentCard {
  /** Milliseconds since 1970; null where it is no time. */
  updatedAt: number | null;
}

/** Cards by the id of their agent. */
export type AgentCards = ReadonlyMap<string, KnownCard>;

/**
 * Reads the bytes of the file, tolerantly: an entry that is not an object, or that gives neither a name nor a role, is
 * skipped alone.
 *
 * @returns the cards and what was skipped, or why there are none: `empty`, `invalid JSON`, `not an object` or
 *   `cards is not an object`
 */
export function parseAgentCards(bytes: Buffer): { cards: AgentCards; skipped: Skipped[] } | { error: string } {
  const read = parseObject(bytes);
  if ('error' in read) return read;
  const { cards: entries = {} } = read.object;
  if (!isObject(entries)) return { error: 'cards is not an object' };
  const cards = new Map<string, KnownCard>();
  const skipped: [string, string][] = [];
  for (const [key, entry] of Object.entries(entries)) {
    const place = `cards[${JSON.stringify(readName(key) ?? '')}]`;
    if (!isObject(entry)) skipped.push(['entry is not an object', place]);
    else if (cards.size === MAX_CARDS) skipped.push([`${BEYOND} ${MAX_CARDS} entries`, place]);
    else {
      const card = readCard(entry);
      if (card.name === null && card.role === null) skipped.push(['entry has neither a name nor a role', place]);
      else cards.set(readName(entry.agent_id) ?? key, card);
    }
  }
  return { cards, skipped: countSkipped(skipped) };
}

function readCard(entry: Record<string, unknown>): KnownCard {
  const { name, description, specializations, skills, availability, success_rates, updated_at } = entry;
  return {
    name: lineOf(name),
    role: lineOf(description) ?? wordsOf(specializations) ?? wordsOf(skills),
    description: readText(description, MAX_DESCRIPTION),
    availability: readName(availability),
    skills: readTexts(skills, MAX_SKILLS, MAX_SKILL),
    specializations: readTexts(specializations, MAX_SKILLS, MAX_SKILL),
    success_rates: readFigures(success_rates, MAX_SKILLS).map(([skill, rate]) => ({ skill, rate })),
    updatedAt: readInstant(updated_at, 'UTC')?.milliseconds ?? null,
  };
}

function lineOf(value: unknown): string | null {
  return typeof value === 'string' ? excerptOf(value) || null : null;
}

function wordsOf(value: unknown): string | null {
  if (!Array.isArray(value)) return null;
  const words = value.slice(0, MAX_ROLE_WORDS).map(lineOf);
  return lineOf(words.filter((word) => word !== null).join(', '));
}

/** Keeps the newest cards that could be read. */
export class AgentCardsReader extends SmallFileReader<AgentCards> {
  /**
   * @param root the swarm's root
   * @param now the clock, milliseconds since 1970
   */
  constructor(root: string, now?: () => number) {
    super(root, KIND, now);
  }

  /** The last cards that could be read; none before the first reading. A new object after a change. */
  get cards(): AgentCards {
    return this.content ?? NO_CARDS;
  }
}

const NO_CARDS: AgentCards = new Map();

const KIND: SmallFileKind<AgentCards> = {
  name: AGENT_CARDS_FILE,
  parse: (bytes) => {
    const parsed = parseAgentCards(bytes);
    return 'error' in parsed ? parsed : { content: parsed.cards, skipped: parsed.skipped };
  },
  missing: `There is no ${AGENT_CARDS_FILE}: the agents of this folder have no names and roles.`,
  ending: { known: 'the names and roles that it gave before are shown', unknown: 'no names and roles are known' },
};
