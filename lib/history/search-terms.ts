/** The terms under which messages are indexed for search, and a filter as one query of that index (SQLite FTS5). */
import { createHash } from 'node:crypto';
import type { MessageFilter } from '../contract/schemas';
import { MAX_SEARCH_WORDS, searchWords } from '../contract/search-text';

/** The recipient that means every agent, as in the swarm's own tool. */
const EVERYONE = 'all';
/** One line of a megabyte may name a hundred thousand recipients, and each list costs a row of the counts. */
const MAX_RECIPIENTS = 1000;
/** The type under which messages count whose type is no text. */
const UNTYPED = 'UNKNOWN';
const MAX_CACHED_TOKENS = 10_000;
const tokens = new Map<string, string>();

/**
 * Builds one token for an exact value of any length and script: a letter for its role and 64 bits of a hash.
 * FTS5 splits and folds text, but leaves a hash unchanged.
 */
function token(role: 's' | 'r' | 't', value: string): string {
  const key = role + value;
  let known = tokens.get(key);
  if (known === undefined) {
    known = role + createHash('sha1').update(value).digest('hex').slice(0, 16);
    if (tokens.size >= MAX_CACHED_TOKENS) tokens.clear();
    tokens.set(key, known);
  }
  return known;
}

/**
 * @param fields the object of the line
 * @param type its type, from `messageType`
 * @returns the text for full-text search, and the tokens for exact filters
 */
export function indexed(fields: Readonly<Record<string, unknown>>, type: string): { content: string; tags: string } {
  const names = recipientList(fields.recipients);
  const tags = [token('t', type), ...names.map((name) => token('r', name))];
  if (typeof fields.sender === 'string') tags.push(token('s', fields.sender));
  return { content: [...texts(fields.content), ...texts(fields.task)].join('\n'), tags: tags.join(' ') };
}

/** @returns the type under which a message is counted and found. */
export function messageType(fields: Readonly<Record<string, unknown>>): string {
  return typeof fields.msg_type === 'string' ? fields.msg_type : UNTYPED;
}

/** @returns the sender; '' if the line names none */
export function messageSender({ sender }: Readonly<Record<string, unknown>>): string {
  return typeof sender === 'string' ? sender : '';
}

/** @returns the names of the recipients that a message is counted for, each once; at most the first MAX_RECIPIENTS */
export function recipientNames({ recipients }: Readonly<Record<string, unknown>>): string[] {
  const names = recipientList(recipients).filter((name) => name !== '');
  return names.length < 2 ? names : [...new Set(names)].slice(0, MAX_RECIPIENTS);
}

function recipientList(recipients: unknown): string[] {
  const list = Array.isArray(recipients) ? recipients : [recipients];
  return list.filter((name) => typeof name === 'string');
}

/** All strings of a value, in order: objective, constraints and files of a task are searchable too. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value)
    .flatMap((part) => (typeof part === 'string' ? part : Array.isArray(part) ? part : []))
    .filter((part) => typeof part === 'string');
}

/** Quotes a word or phrase for FTS5, so that no character has a special meaning. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '""').replaceAll('\0', ' ')}"`;
}

/**
 * @returns an FTS5 expression for the whole filter except its times and `msg_id`; null if there is nothing else to
 *   filter; `nothing` if no message can match
 */
export function matchExpression(filter: MessageFilter): string | 'nothing' | null {
  const parts: string[] = [];
  const tagged = (terms: string[]) => parts.push(`tags : (${terms.join(' OR ')})`);
  const receivedBy = (name: string) => [token('r', name), token('r', EVERYONE)];
  if (filter.agent !== undefined) tagged([token('s', filter.agent), ...receivedBy(filter.agent)]);
  if (filter.sender !== undefined) tagged([token('s', filter.sender)]);
  if (filter.recipient !== undefined) tagged(receivedBy(filter.recipient));
  if (filter.type !== undefined && filter.type.length > 0) tagged(filter.type.map((type) => token('t', type)));
  // Finds the few without a type; the reader then excludes those whose type is this word.
  if (filter.only?.includes('untyped')) tagged([token('t', UNTYPED), token('t', '')]);
  if (filter.q !== undefined) {
    const words = searchWords(filter.q);
    if (words.length === 0) return 'nothing';
    parts.push(`content : (${words.slice(0, MAX_SEARCH_WORDS).map(quoted).join(' AND ')})`);
  }
  return parts.length === 0 ? null : parts.map((part) => `(${part})`).join(' AND ');
}
