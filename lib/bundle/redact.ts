/**
 * What of a swarm may leave the machine in a bundle. Texts are blanked by a list of the fields that stay: one that
 * nobody has thought of is left out, not given away.
 */
import type { BundledSpan } from '../contract/bundle-schemas';
import type { PastState } from '../contract/past-schemas';
import type { Agent, AttentionEntry } from '../contract/schemas';
import type { JournalKind } from '../history/journal-kind';

type Fields = Readonly<Record<string, unknown>>;

const MESSAGE = [
  ...['seq', 'sent_at', 'sender', 'timestamp', 'msg_type', 'recipients', 'msg_id', 'parent_msg_id', 'context_id'],
  ...['requires_ack', 'delivery_status', 'success_count', 'failure_count', 'line_bytes', 'line_sha1'],
];

/** The fields of each kind of thing that stay. Sources and the server write their own sentences, from facts. */
const STAYS: Record<JournalKind, readonly string[]> = {
  agent: [
    ...['id', 'pane_index', 'pid', 'status', 'last_seen', 'session_name', 'tmux_pane_id'],
    ...['health', 'health_reason', 'last_evidence_at', 'last_spoke_at', 'process', 'moved_to', 'life_began_at'],
    ...['left_at', 'left_reason'],
  ],
  lock: [
    ...['lock_file', 'agent_id', 'filepath', 'locked_at', 'acquired_at', 'stale', 'orphaned', 'conflicts_with'],
    ...['pattern', 'warnings', 'former_holder'],
  ],
  attention: ['id', 'kind', 'severity', 'since', 'subject', 'evidence', 'group'],
  registry: ['session_name', 'session_names', 'updated_at', 'last_seen'],
  source: [
    'state',
    'reason',
    'since',
    'gaps',
    'losses',
    'unterminated_tail',
    'backlog',
    'mode',
    'role',
    'kept_from',
    'zone',
    'suggested',
  ],
  server: ['event', 'version', 'pid', 'at'],
};

/** @returns a message without what it says, each text as a note of its length */
export function blankMessage(fields: Fields): Fields {
  return keeping(fields, MESSAGE);
}

/** @returns a thing of the journal without what people and agents wrote */
export function blankThing(kind: JournalKind, fields: Fields): Fields {
  if (kind === 'attention') return blankEntry(fields);
  // Who left is journaled beside the registry's header.
  if (kind === 'agent' || 'left_at' in fields) return blankAgent(fields);
  const kept = keeping(fields, STAYS[kind]);
  return kind === 'source' ? { ...kept, skipped: [] } : kept;
}

function blankAgent(fields: Fields & Partial<Pick<Agent, 'last_message' | 'card' | 'blocked'>>): Fields {
  const { last_message: said, card, blocked, ...others } = fields;
  return {
    ...keeping(others, STAYS.agent),
    ...(said !== undefined && { last_message: said && { ...said, excerpt: left(said.excerpt) } }),
    ...(card !== undefined && {
      card: card && { name: card.name && left(card.name), role: card.role && left(card.role) },
    }),
    // Its reason quotes a message.
    ...(blocked !== undefined && { blocked: blocked && { ...blocked, reason: left(blocked.reason) } }),
  };
}

/** Facts may quote what was said; who acknowledged an item is a person's name. */
function blankEntry(fields: Fields & Partial<Pick<AttentionEntry, 'why' | 'acknowledged' | 'snoozed'>>): Fields {
  const { why, acknowledged, snoozed, ...others } = fields;
  return {
    ...keeping(others, STAYS.attention),
    ...(why && { why: { ...why, facts: why.facts.map(left) } }),
    ...(acknowledged !== undefined && { acknowledged: acknowledged && { ...acknowledged, by: null } }),
    ...(snoozed !== undefined && { snoozed: snoozed && { ...snoozed, by: null } }),
  };
}

/** @returns a span without the reason of its lock */
export function blankSpan(span: BundledSpan): BundledSpan {
  return span.kind === 'lock' && span.detail !== null ? { ...span, detail: left(span.detail) } : span;
}

/** @returns a whole state without what people and agents wrote */
export function blankState(state: PastState): PastState {
  const { agents, locks, attention, sources, messages } = state;
  const things = <T extends Fields>(kind: JournalKind, list: readonly T[]) =>
    list.map((thing) => blankThing(kind, thing) as T);
  return {
    ...state,
    agents: {
      ...agents,
      agents: things('agent', agents.agents),
      departed: things('agent', agents.departed),
    },
    locks: { ...locks, locks: things('lock', locks.locks) },
    attention: { ...attention, attention: things('attention', attention.attention) },
    sources: Object.fromEntries(
      Object.entries(sources).map(([name, source]) => [name, blankThing('source', source)]),
    ) as PastState['sources'],
    messages: { ...messages, messages: messages.messages.map((message) => blankMessage(message) as typeof message) },
  };
}

function keeping(fields: Fields, names: readonly string[]): Fields {
  const blanked = Object.entries(fields).map(([name, value]) => [
    name,
    value === null || (names.includes(name) && isPlain(value, 3)) ? value : left(value),
  ]);
  return Object.fromEntries(blanked);
}

/** Lists and objects of names and numbers, as the swarm's tool writes them; whoever hides a text deeper loses it. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((part) => isPlain(part, depth - 1));
}

function left(value: unknown): string {
  if (typeof value !== 'string') return '(left out)';
  return value === '' ? '' : `(${value.length} ${value.length === 1 ? 'character' : 'characters'} left out)`;
}

/**
 * Takes the paths of this machine out of JSON text: below the project they begin with its name. Another folder whose
 * name only begins alike stays.
 *
 * @param roots the project's path, and others that lead to it; absolute
 */
export function withoutRoots(json: string, roots: readonly string[]): string {
  const name = nameOfRoot(roots[0] ?? '/');
  const longestFirst = [...roots].filter((root) => pathParts(root).length > 0).sort((a, b) => b.length - a.length);
  return longestFirst.reduce((text, root) => text.replace(pathPattern(root), nameFor(root, name)), json);
}

/** The name as it stands in the path is spelled as its place needs; one that stands for another must need no spelling. */
function nameFor(root: string, name: string): string {
  return nameOfRoot(root) === name || !/^[\w .-]+$/.test(name) ? '$1' : name;
}

/** What a name goes on with; between letters also signs, so `proj` is not the beginning of `proj-2` or `proj.old`. */
const WORD = '[\\p{L}\\p{N}_]';
const BEGINS = `(?:(?<!${WORD}|[.~-])|(?<=\\\\(?:[nrtbf]|u00[01][0-9a-fA-F])))`;
const ENDS = `(?!${WORD}|[.~+@#%=-]+${WORD}|\\\\+u(?!00[0-7]))`;
/** JSON may write a slash as `\/`, and JSON within a text of JSON with more of them. */
const SLASH = '\\\\*/';

/** A path as a text of JSON may hold it, or a text of JSON that stands in one, however deep; its last part is a group. */
function pathPattern(root: string): RegExp {
  const parts = pathParts(root).map((part) => [...part].map(characterPattern).join(''));
  const last = parts.pop();
  return new RegExp(`${BEGINS}${parts.map((part) => SLASH + part).join('')}${SLASH}(${last})${ENDS}`, 'gu');
}

function characterPattern(character: string): string {
  if (character === '"') return '\\\\*"';
  if (character === '\\') return '\\\\+';
  if (/^[\w ]$/.test(character)) return character;
  // The swarm's own tool writes ASCII alone.
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  const escaped = units.map((unit) => `\\\\+u${[...unit.toString(16).padStart(4, '0')].map(eitherCase).join('')}`);
  return `(?:\\u{${character.codePointAt(0)?.toString(16)}}|${escaped.join('')})`;
}

function eitherCase(digit: string): string {
  return /[a-f]/.test(digit) ? `[${digit}${digit.toUpperCase()}]` : digit;
}

function pathParts(root: string): string[] {
  return root.split('/').filter((part) => part !== '');
}

/** @returns the last part of a project's path */
export function nameOfRoot(root: string): string {
  return pathParts(root).at(-1) ?? 'swarm';
}

/** @returns the fields of a source, of any absolute path in whose sentence only the last part is left */
export function withoutPaths<T extends Fields>(source: T): T {
  const { reason } = source;
  if (typeof reason !== 'string') return source;
  return { ...source, reason: reason.replace(/(?<![\w:/.])\/(?:[^\s/"'()]+\/)+([^\s/"'()]+)/g, '…/$1') };
}
