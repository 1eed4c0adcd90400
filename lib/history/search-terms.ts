/** How messages are indexed for search, and how a filter becomes one query of that index (SQLite FTS5). */
import { createHash } from 'node:crypto';
import type { MessageFilter } from '../contract/schemas';
import { MAX_SEARCH_WORDS, searchWords } from '../contract/search-text';

/** A recipient that stands for everyone (the swarm's readers honour it). */
const EVERYONE = 'all';
/** One line of a megabyte may name a hundred thousand; each costs a row of the counts. */
const MAX_RECIPIENTS = 1000;
const TOKENS_CACHED = 10_000;
const tokens = new Map<string, string>();

/**
 * One token for an exact value of any length and script: a letter for its role and 64 bits of a hash.
 * FTS5 splits and folds text; a hash comes through unchanged.
 */
function token(role: 's' | 'r' | 't', value: string): string {
  const key = role + value;
  let known = tokens.get(key);
  if (known === undefined) {
    known = role + createHash('sha1').update(value).digest('hex').slice(0, 16);
    if (tokens.size >= TOKENS_CACHED) tokens.clear();
    tokens.set(key, known);
  }
  return known;
}

/**
 * @param fields a message as its line has it
 * @param type its type as `messageType` gives it
 * @returns the text that full-text search sees, and the exact values that filters see
 */
export function indexed(fields: Readonly<Record<string, unknown>>, type: string): { content: string; tags: string } {
  const names = recipientList(fields.recipients);
  const tags = [token('t', type), ...names.map((name) => token('r', name))];
  if (typeof fields.sender === 'string') tags.push(token('s', fields.sender));
  return { content: [...texts(fields.content), ...texts(fields.task)].join('\n'), tags: tags.join(' ') };
}

/** @returns the type under which a message is counted and found. */
export function messageType(fields: Readonly<Record<string, unknown>>): string {
  return typeof fields.msg_type === 'string' ? fields.msg_type : 'UNKNOWN';
}

/** @returns who sent it, '' where the line names nobody */
export function messageSender({ sender }: Readonly<Record<string, unknown>>): string {
  return typeof sender === 'string' ? sender : '';
}

/** @returns the names that a message is counted for, as a filter finds them, each once; of absurdly many the first */
export function recipientNames({ recipients }: Readonly<Record<string, unknown>>): string[] {
  const names = recipientList(recipients).filter((name) => name !== '');
  return names.length < 2 ? names : [...new Set(names)].slice(0, MAX_RECIPIENTS);
}

function recipientList(recipients: unknown): string[] {
  const list = Array.isArray(recipients) ? recipients : [recipients];
  return list.filter((name) => typeof name === 'string');
}

/** All strings of a value, in order: a task has an objective, constraints and files worth finding. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value)
    .flatMap((part) => (typeof part === 'string' ? part : Array.isArray(part) ? part : []))
    .filter((part) => typeof part === 'string');
}

/** A word or phrase for FTS5; quoted, no character has a meaning there. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '""').replaceAll('\0', ' ')}"`;
}

/**
 * @returns an FTS5 expression for everything of a filter but its times, or null if it filters nothing;
 *   `nothing` if no message can match
 */
export function matchExpression(filter: MessageFilter): string | 'nothing' | null {
  const parts: string[] = [];
  const tagged = (terms: string[]) => parts.push(`tags : (${terms.join(' OR ')})`);
  const receivedBy = (name: string) => [token('r', name), token('r', EVERYONE)];
  if (filter.agent !== undefined) tagged([token('s', filter.agent), ...receivedBy(filter.agent)]);
  if (filter.sender !== undefined) tagged([token('s', filter.sender)]);
  if (filter.recipient !== undefined) tagged(receivedBy(filter.recipient));
  if (filter.type !== undefined && filter.type.length > 0) tagged(filter.type.map((type) => token('t', type)));
  if (filter.q !== undefined) {
    const words = searchWords(filter.q);
    if (words.length === 0) return 'nothing';
    parts.push(`content : (${words.slice(0, MAX_SEARCH_WORDS).map(quoted).join(' AND ')})`);
  }
  return parts.length === 0 ? null : parts.map((part) => `(${part})`).join(' AND ');
}
