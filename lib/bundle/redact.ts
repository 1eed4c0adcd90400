/**
 * Removes from a bundle what must not leave the machine. Works by a list of the fields that are kept, so that a field
 * that nobody thought of is blanked and not published.
 */
import type { BundledAction, BundledSpan } from '../contract/bundle-schemas';
import type { PastState } from '../contract/past-schemas';
import type { Agent, AttentionEntry } from '../contract/schemas';
import type { Task } from '../contract/task-schemas';
import type { JournalKind } from '../history/journal-kind';

type Fields = Readonly<Record<string, unknown>>;

const MESSAGE = [
  ...['seq', 'sent_at', 'sender', 'timestamp', 'msg_type', 'recipients', 'msg_id', 'parent_msg_id', 'context_id'],
  ...['requires_ack', 'delivery_status', 'success_count', 'failure_count', 'line_bytes', 'line_sha1'],
];

/**
 * The fields that are kept, for each kind of journal entry. Only entries of sources and of the server keep sentences:
 * the program writes those, from facts.
 */
const KEPT_FIELDS: Record<JournalKind, readonly string[]> = {
  agent: [
    ...['id', 'pane_index', 'pid', 'status', 'last_seen', 'session_name', 'tmux_pane_id'],
    ...['health', 'health_reason', 'last_evidence_at', 'last_spoke_at', 'process', 'moved_to', 'life_began_at'],
    ...['left_at', 'left_reason', 'source', 'lead'],
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
  server: [
    ...['event', 'version', 'pid', 'at'],
    ...['count', 'stale_count', 'orphaned_count', 'overlapping_count'],
    ...['left_off', 'state', 'reason', 'kept_from'],
  ],
  task: [
    ...[
      'key',
      'id',
      'list',
      'status',
      'priority',
      'created_by',
      'assigned_to',
      'owner',
      'context_id',
      'parent_task_id',
    ],
    ...['blocked_by', 'files', 'status_since', 'created_at', 'updated_at'],
  ],
};

/** @returns a message in which every text is replaced by a note of its length */
export function blankMessage(fields: Fields): Fields {
  return keeping(fields, MESSAGE);
}

/** @returns a journal entry without texts written by people and agents */
export function blankThing(kind: JournalKind, fields: Fields): Fields {
  if (kind === 'attention') return blankEntry(fields);
  // Departed agents are journaled together with the registry's header.
  if (kind === 'agent' || 'left_at' in fields) return blankAgent(fields);
  if (kind === 'task') return blankTask(fields as Fields & Partial<Task>);
  const kept = keeping(fields, KEPT_FIELDS[kind]);
  return kind === 'source' ? { ...kept, skipped: [] } : kept;
}

/** Without the person's folders and branches, and the name and id of the session. */
const SESSION = [
  ...['version', 'kind', 'status', 'waiting_for', 'status_since'],
  ...['model', 'permission_mode', 'entrypoint'],
];

type Blanked = 'last_message' | 'card' | 'blocked' | 'session' | 'activity' | 'work' | 'current_task';

function blankAgent(fields: Fields & Partial<Pick<Agent, Blanked>>): Fields {
  const { last_message: said, card, blocked, session, activity, work, current_task: task, ...others } = fields;
  return {
    ...keeping(others, KEPT_FIELDS.agent),
    ...(said !== undefined && { last_message: said && { ...said, excerpt: left(said.excerpt) } }),
    ...(card !== undefined && {
      card: card && { name: card.name && left(card.name), role: card.role && left(card.role) },
    }),
    // Its reason quotes a message.
    ...(blocked !== undefined && { blocked: blocked && { ...blocked, reason: left(blocked.reason) } }),
    ...(session !== undefined && { session: session && keeping(session, SESSION) }),
    ...(activity !== undefined && {
      activity: activity.source === 'swarm' ? { ...activity, reason: left(activity.reason) } : activity,
    }),
    ...(work !== undefined && { work: null }),
    // Earlier versions passed on a field of the registry under this name, of any type.
    ...(task !== undefined && { current_task: blankCurrentTask(task) }),
  };
}

function blankCurrentTask(task: unknown): unknown {
  if (task === null || typeof task !== 'object') return task === null ? null : left(task);
  return keeping(task as Fields, ['key', 'status', 'count']);
}

const TASK_CHANGE = ['at', 'from_status', 'to_status', 'agent_id'];

function blankTask({ history, ...fields }: Fields & Partial<Task>): Fields {
  return {
    ...keeping(fields, KEPT_FIELDS.task),
    ...(history !== undefined && { history: history.map((change) => keeping(change, TASK_CHANGE)) }),
  };
}

/** Facts may quote messages, and the name of whoever acknowledged an item is personal data. */
function blankEntry(fields: Fields & Partial<Pick<AttentionEntry, 'why' | 'acknowledged' | 'snoozed'>>): Fields {
  const { why, acknowledged, snoozed, ...others } = fields;
  return {
    ...keeping(others, KEPT_FIELDS.attention),
    ...(why && { why: { ...why, facts: why.facts.map(left) } }),
    ...(acknowledged !== undefined && { acknowledged: acknowledged && { ...acknowledged, by: null } }),
    ...(snoozed !== undefined && { snoozed: snoozed && { ...snoozed, by: null } }),
  };
}

/** @returns a span without the reason of its lock */
export function blankSpan(span: BundledSpan): BundledSpan {
  return span.kind === 'lock' && span.detail !== null ? { ...span, detail: left(span.detail) } : span;
}

/** Of the request of a command, only what also the record names. */
const REQUEST = [
  'agent_id',
  'filepath',
  'lock_file',
  'recipients',
  'msg_type',
  'behavior',
  'force',
  'dry_run',
  'to_status',
  'assigned_to',
];

/** @returns a command without the name of its sender, and without texts written by people and agents */
export function blankAction(action: BundledAction): BundledAction {
  const { request, detail } = action;
  const isObject = typeof request === 'object' && request !== null && !Array.isArray(request);
  return {
    ...action,
    principal: null,
    request: isObject ? keeping(request as Fields, REQUEST) : request === null ? null : left(request),
    detail: detail === null ? null : left(detail),
  };
}

/** @returns a complete state without texts written by people and agents */
export function blankState(state: PastState): PastState {
  const { agents, locks, attention, tasks, sources, messages } = state;
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
    tasks: { ...tasks, tasks: things('task', tasks.tasks) },
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

/**
 * Accepts lists and objects of names and numbers, as the swarm's tool writes them. Anything nested deeper than the
 * maximum is refused, and so removed.
 */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((part) => isPlain(part, depth - 1));
}

function left(value: unknown): string {
  if (typeof value !== 'string') return '(left out)';
  return value === '' ? '' : `(${value.length} ${value.length === 1 ? 'character' : 'characters'} left out)`;
}

/**
 * Removes the paths of this machine from JSON text. Paths in the project start with the project's name instead. Other
 * folders whose name only starts with the same letters are left unchanged.
 *
 * @param roots absolute paths of the project: its real path and links to it
 */
export function withoutRoots(json: string, roots: readonly string[]): string {
  const name = nameOfRoot(roots[0] ?? '/');
  const longestFirst = [...roots].filter((root) => pathParts(root).length > 0).sort((a, b) => b.length - a.length);
  return longestFirst.reduce((text, root) => text.replace(pathPattern(root), nameFor(root, name)), json);
}

/**
 * A name taken from the path itself is escaped as the path is at that place. A name given instead must need no
 * escaping.
 */
function nameFor(root: string, name: string): string {
  return nameOfRoot(root) === name || !/^[\w .-]+$/.test(name) ? '$1' : name;
}

/**
 * Characters that continue a name. Punctuation counts between letters, so `proj` is not found in `proj-2` or
 * `proj.old`.
 */
const WORD = '[\\p{L}\\p{N}_]';
const BEGINS = `(?:(?<!${WORD}|[.~-])|(?<=\\\\(?:[nrtbf]|u00[01][0-9a-fA-F])))`;
const ENDS = `(?!${WORD}|[.~+@#%=-]+${WORD}|\\\\+u(?!00[0-7]))`;
/** JSON may write a slash as `\/`. JSON nested in a JSON string has more backslashes. */
const SLASH = '\\\\*/';

/**
 * Matches a path in a JSON string, also in JSON nested in strings to any depth. The last part of the path is a group.
 */
function pathPattern(root: string): RegExp {
  const parts = pathParts(root).map((part) => [...part].map(characterPattern).join(''));
  const last = parts.pop();
  return new RegExp(`${BEGINS}${parts.map((part) => SLASH + part).join('')}${SLASH}(${last})${ENDS}`, 'gu');
}

function characterPattern(character: string): string {
  if (character === '"') return '\\\\*"';
  if (character === '\\') return '\\\\+';
  if (/^[\w ]$/.test(character)) return character;
  // The swarm's own tool writes only ASCII, so other characters are escaped.
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

/** @returns the fields of a source; absolute paths in its sentence are shortened to their last part */
export function withoutPaths<T extends Fields>(source: T): T {
  const { reason } = source;
  if (typeof reason !== 'string') return source;
  return { ...source, reason: reason.replace(/(?<![\w:/.])\/(?:[^\s/"'()]+\/)+([^\s/"'()]+)/g, '…/$1') };
}
