/**
 * Every shape that crosses the HTTP boundary, defined once; types are inferred from it and written nowhere else.
 * Fields that the swarm's own files define stay `unknown` where a file may contain anything: the contract promises to
 * pass them on as written, so only fields that this product adds have a type of their own.
 */
import { z } from 'zod';
import { agentActivity, agentSession, agentWork } from './claude-schemas';
import { instant } from './instant-schema';

export { instant } from './instant-schema';

/** Absent if the entry lacks it. */
const asWritten = z.unknown().optional().describe('As the swarm wrote it: any JSON value.');

const original = z
  .record(z.string(), z.unknown())
  .optional()
  .describe('Values in the file of fields whose names this API uses for fields of its own.');

export const agentHealth = z.enum(['active', 'stale', 'dead', 'moved', 'unknown']);

/** The process of an agent, kept apart from the fields of its files. */
export const agentProcess = z.object({
  state: z
    .enum(['running', 'suspended', 'exited', 'gone', 'unseen'])
    .describe(
      '`running`: a claude process runs at or under `pid`. `suspended`: it is stopped (state T). `exited`: `pid` runs ' +
        'without a claude process. `gone`: no such process. `unseen`: this server cannot see it.',
    ),
  claude_pid: z.int().nullable().describe('The process id of claude itself; null if none is seen.'),
  started_at: instant.nullable().describe('When the process of `pid` started; null if it is not seen.'),
  seen_at: instant
    .nullable()
    .describe('When this server last saw its claude process; null while it sees it, and if it never did.'),
});

/** The beginning of an agent's newest own message; automatic retries and escalations do not count. */
export const lastMessage = z.object({
  seq: z.int(),
  msg_type: asWritten,
  excerpt: z.string().describe('The beginning of its text in one line.'),
  sent_at: instant.nullable(),
});

/** What an agent is called and what it is for, as the swarm's agents wrote it. */
export const agentCard = z.object({
  name: z.string().nullable(),
  role: z
    .string()
    .nullable()
    .describe('The beginning of its description; without one its specializations, without these its skills.'),
  description: z.string().nullable().optional().describe('At most 300 characters.'),
  availability: z.string().nullable().optional().describe('`active`, `busy` or `offline`, as written.'),
  skills: z.array(z.string()).optional().describe('At most 20.'),
  specializations: z.array(z.string()).optional().describe('At most 20.'),
  success_rates: z
    .array(z.object({ skill: z.string(), rate: z.number() }))
    .optional()
    .describe('From 0 to 1, by skill, in the order of the file; at most 20.'),
});

/** What an agent is known to work on. */
export const currentTask = z.object({
  key: z.string().describe('Of the task, as `GET /api/tasks` lists it.'),
  objective: z.string().describe('Its beginning, in one line.'),
  status: z.string(),
  count: z.int().positive().describe('How many such tasks the agent has; this is the one that changed last.'),
});

/** Why an agent is blocked. */
export const agentBlock = z.object({
  since: instant.nullable().describe('When its oldest wait began; null if that is not known.'),
  reason: z.string().describe('One plain sentence: the evidence.'),
  waits_for: z.array(z.string()).describe('The agents that could end it, at most 20.'),
});

export const agent = z
  .looseObject({
    id: z.string(),
    pane_index: asWritten,
    pid: asWritten,
    status: asWritten,
    last_seen: asWritten,
    session_name: asWritten,
    tmux_pane_id: asWritten,
    health: agentHealth,
    health_reason: z.string().describe('One plain sentence: the evidence that led to `health`.'),
    last_evidence_at: instant
      .nullable()
      .describe('The newest sign of life: its entry, its messages or its locks; null if there is none.'),
    last_spoke_at: instant
      .nullable()
      .describe('When it sent its newest own message; null if none is known. Automatic retries do not count.'),
    last_message: lastMessage.nullable().describe('Its newest own message, of any age.'),
    process: agentProcess,
    moved_to: z
      .string()
      .nullable()
      .describe('The id under which the same process or pane is listed now; only where `health` is `moved`.'),
    life_began_at: instant
      .nullable()
      .describe('Since when another process or pane has this id; null while no change of it is known.'),
    card: agentCard
      .nullable()
      .describe(
        'Its card in `AGENT_CARDS.json`; null where there is none, and where the card is older than `life_began_at`.',
      ),
    blocked: agentBlock
      .nullable()
      .describe('An open BLOCKED message of it, or a wait cycle that it is part of; null where neither is known.'),
    source: z
      .enum(['registry', 'claude-code'])
      .describe('`registry`: the registry lists it. `claude-code`: only files of Claude Code do.'),
    lead: z.string().nullable().describe('The lead of its agent team; null if none is known.'),
    session: agentSession
      .nullable()
      .describe('The session of Claude Code in its process or pane; null where none is known, or more than one fits.'),
    activity: agentActivity,
    current_task: currentTask
      .nullable()
      .describe(
        'The task that is assigned to it and has the status `working`, `review`, `blocked` or, in a list of Claude Code, ' +
          '`in_progress`; null where none is known, or where it was assigned to a former agent of this id.',
      ),
    work: agentWork.nullable().describe('What its transcript says; null where none is read, and for past moments.'),
    original,
  })
  .meta({ id: 'Agent' });

/** An agent that left the registry within the last hour: its last entry, when it left and why. */
export const departedAgent = agent
  .extend({
    left_at: instant.describe('When this server first saw the registry without it.'),
    left_reason: z.string().describe('One plain sentence: what is known about the reason.'),
  })
  .meta({ id: 'DepartedAgent' });

export const agentsAnswer = z
  .object({
    session_name: z.unknown(),
    session_names: z.unknown(),
    updated_at: z.unknown(),
    agents: z.array(agent),
    departed: z.array(departedAgent).describe('Agents that left within the last hour, newest first, at most 200.'),
  })
  .meta({ id: 'Agents' });

export const lockConflict = z.object({ lock_file: z.string(), agent_id: z.unknown(), filepath: z.unknown() });

export const lockWarning = z
  .enum([
    'byte_order_mark',
    'invalid_utf8',
    'missing_field',
    'unknown_field',
    'wrong_type',
    'name_mismatch',
    'in_future',
    'path_too_long',
    'uncompared',
  ])
  .describe(
    '`path_too_long`: the path has more than 4,096 bytes and is compared as plain text, never as a pattern. ' +
      '`uncompared`: the swarm has too many long patterns to compare all of them, so `conflicts_with` may lack some.',
  );

export const lock = z
  .looseObject({
    lock_file: z.string(),
    agent_id: asWritten,
    filepath: asWritten,
    locked_at: asWritten.describe('Unix seconds; unchanged if it is not a number.'),
    reason: asWritten,
    acquired_at: instant.nullable(),
    stale: z.boolean().nullable().describe('Older than the stale timeout; null if `locked_at` is not a valid time.'),
    orphaned: z
      .boolean()
      .nullable()
      .describe("Its holder is dead or not registered; null while the registry can't be read."),
    former_holder: z
      .object({
        reason: z
          .enum(['moved', 'replaced', 'left'])
          .describe(
            '`moved`: the holder is listed under another id now. `replaced`: another process has its id. `left`: it ' +
              'left the registry.',
          ),
        since: instant.nullable().describe('Since when; null if that is not known.'),
        now: z.string().nullable().describe('The present id of the holder, if it moved.'),
      })
      .nullable()
      .describe('Set if the agent that took the lock is no longer the one that has its id.'),
    conflicts_with: z.array(lockConflict),
    pattern: z.boolean().describe("`filepath` contains characters that the swarm's tool matches as a pattern."),
    warnings: z.array(lockWarning).describe("Irregularities of the file; empty for one that the swarm's tool wrote."),
    original,
  })
  .meta({ id: 'Lock' });

/** The largest number of locks in one answer; the others are counted, and can be read page by page. */
export const MAX_LISTED_LOCKS = 10_000;
/**
 * The largest number of locks in what is published at every change (events, the page, the history): with 10,000 each
 * change would be 4 MB.
 */
export const MAX_FOLLOWED_LOCKS = 1000;
/** The largest number of holders for which an answer with a shortened list counts the locks. */
export const MAX_COUNTED_HOLDERS = 1000;

export const locksAnswer = z
  .object({
    locks: z
      .array(lock)
      .describe(
        `Sorted by \`lock_file\`, at most ${MAX_LISTED_LOCKS}, in events and in states of the past ${MAX_FOLLOWED_LOCKS} ` +
          'where there are more than that. Of more: those that overlap or are orphaned first, then the newest.',
      ),
    count: z.int().describe('The number of all locks, including those left off the list.'),
    truncated: z.int().describe('How many of them are left off the list; 0 if it is complete.'),
    stale_count: z.int().describe('Of all locks, including those left off the list.'),
    orphaned_count: z.int().describe('Of all locks: those whose holder is dead or not registered.'),
    overlapping_count: z.int().describe('Of all locks: those with a lock of another holder on the same files.'),
    holders: z
      .array(z.object({ agent_id: z.string(), count: z.int() }))
      .describe(
        'If locks are left off the list: how many each holder has, those with the most first, at most ' +
          `${MAX_COUNTED_HOLDERS}. Empty if the list is complete.`,
      ),
    limit: z.int().optional().describe('Only on a page: the maximum number of locks on it.'),
    next_cursor: z
      .string()
      .nullable()
      .optional()
      .describe('Only on a page: the value of `cursor` for the next page; null at the last one.'),
  })
  .meta({ id: 'Locks' });

export const message = z
  .looseObject({
    seq: z.int(),
    sent_at: instant.nullable().describe("`timestamp` read in the swarm's zone; null if it is not a valid time."),
    sender: asWritten,
    timestamp: asWritten,
    msg_type: asWritten,
    content: asWritten,
    recipients: asWritten,
    msg_id: asWritten,
    delivery_status: asWritten,
    success_count: asWritten,
    failure_count: asWritten,
    team: z
      .string()
      .optional()
      .describe(
        'The agent team of Claude Code whose message it is, which no log contains. Absent for lines of the log.',
      ),
    original,
  })
  .meta({ id: 'Message' });

/** A place in the history: `<epoch>.<seq>`, the id of a `messages` event. */
export const cursor = z.string();

export const messagesAnswer = z
  .object({
    messages: z.array(message),
    count: z.int(),
    limit: z.int(),
    next_cursor: cursor,
    previous_cursor: cursor.nullable(),
  })
  .meta({ id: 'Messages' });

export const stats = z
  .object({
    agent_count: z.int(),
    lock_count: z.int(),
    message_count: z.int(),
    message_types: z
      .record(z.string(), z.int())
      .describe('The 100 most frequent types, with names of at most 200 characters.'),
    other_type_count: z.int().describe('How many further types there are.'),
    latest_activity: z.unknown().describe('The raw timestamp of the newest message that has one.'),
    session_name: z.unknown(),
    updated_at: z.unknown(),
    uptime_seconds: z.number(),
    messages_per_minute: z.int(),
    messages_by_minute: z.array(z.int()).describe('Sixty counts, oldest first; the last is the running minute.'),
    active_agent_count: z.int(),
    working_count: z.int().describe('Agents by the state of their activity: `working`.'),
    waiting_count: z.int(),
    blocked_count: z.int(),
    idle_count: z.int(),
    shell_count: z.int(),
    activity_unknown_count: z.int().describe('Agents whose activity is not known; those that moved are not counted.'),
    stale_lock_count: z.int(),
    failed_delivery_count: z.int(),
    failed_deliveries_open: z
      .int()
      .describe('Recipients that a message did not reach within the last 30 minutes and that none has reached since.'),
  })
  .meta({ id: 'Stats' });

export const sourceState = z.enum(['ok', 'missing', 'unreadable', 'degraded']);

/** Something that a reader skipped: why, how often, and where last. */
export const skipped = z.object({ reason: z.string(), count: z.int(), last: z.string().nullable() });

export const source = z
  .object({
    state: sourceState,
    reason: z.string().nullable().describe('A plain sentence for every state but `ok`.'),
    since: instant.describe('Since when it is in this state.'),
    kept_from: instant
      .nullable()
      .describe(
        'When the data shown was last true, if the source has vanished or become unreadable since; otherwise null.',
      ),
    skipped: z.array(skipped),
  })
  .meta({ id: 'Source' });

export const logSource = source
  .extend({
    gaps: z.int().describe('How often messages may have been destroyed before they could be read.'),
    losses: z
      .array(
        z.object({
          since: instant.nullable().describe('When the log was last read before; null if unknown.'),
          until: instant.describe('When the oldest remaining file was created or found.'),
          unread_bytes: z
            .int()
            .describe('Bytes that were seen but destroyed unread. 0: it is unknown whether anything was written.'),
        }),
      )
      .describe('The newest of the periods that `gaps` counts: messages written in them may be missing.'),
    unterminated_tail: z
      .enum(['complete', 'incomplete'])
      .nullable()
      .describe('The last line of a file, which has no line feed yet.'),
    backlog: z
      .object({ read_bytes: z.int(), total_bytes: z.int() })
      .nullable()
      .describe('The progress, while a backlog is read.'),
  })
  .meta({ id: 'LogSource' });

export const historySource = source
  .extend({ mode: z.enum(['file', 'memory']), role: z.enum(['recorder', 'follower']) })
  .meta({ id: 'HistorySource' });

export const zoneSource = source
  .extend({
    zone: z.string().describe('The zone in which naive times of the log are read.'),
    suggested: z
      .string()
      .nullable()
      .describe('The zone or offset that would fit new messages; null unless their times show that `zone` is wrong.'),
  })
  .meta({ id: 'ZoneSource' });

export const watcherSource = source.extend({ mode: z.enum(['events', 'polling']) }).meta({ id: 'WatcherSource' });

export const hooksSource = source.extend({}).meta({
  id: 'HooksSource',
  description: 'The hooks of Claude Code: `ok` from the first event on; while it is `missing`, only files are used.',
});

export const sources = z
  .object({
    registry: source,
    locks: source,
    log: logSource,
    history: historySource,
    watcher: watcherSource,
    config: source,
    zone: zoneSource,
    /** The files of Claude Code itself: its sessions, teams and tasks. */
    claude_code: source,
    hooks: hooksSource,
  })
  .meta({ id: 'Sources' });

/** An attention item, concluded from facts alone. */
export const attentionKind = z.enum([
  'deadlock',
  'permission_waiting',
  'question_in_terminal',
  'agent_dead',
  'agent_stale',
  'question_unanswered',
  'blocked_unanswered',
  'delivery_failed',
  'lock_stale',
  'lock_orphaned',
  'lock_overlap',
  'acknowledgement_overdue',
  'messages_unread',
  'unlocked_change',
  'source_unreadable',
  'zone_mismatch',
]);

/** Worst first. */
export const attentionSeverity = z.enum(['critical', 'warning', 'notice']);

export const attentionEntry = z
  .object({
    id: z.string().describe('Unchanged as long as the item exists, also across restarts.'),
    kind: attentionKind,
    severity: attentionSeverity,
    since: instant,
    subject: z.string().describe('The agent, path or source that it is about.'),
    reason: z.string().describe('One plain sentence: what is wrong and why. Contains no ages: the page computes them.'),
    evidence: z
      .object({
        agents: z.array(z.string()),
        locks: z.array(z.string()).describe('Lock files.'),
        messages: z.array(z.string()).describe('Cursors.'),
        sources: z.array(z.string()),
      })
      .describe('The evidence, for links to it.'),
    why: z
      .object({
        rule: z.string().describe('One plain sentence: the rule that raised it.'),
        facts: z.array(z.string()).describe('What was seen, one sentence each.'),
        threshold: z.string().nullable().describe('The limit that was exceeded; null if the rule has none.'),
        setting: z.string().nullable().describe('The setting that changes the limit; null if there is none.'),
      })
      .describe('Why it is listed, and what changes that.'),
    group: z.string().describe('Equal for items of one kind about one agent, so that a page can show them as one.'),
    acknowledged: z
      .object({ by: z.string().nullable(), at: instant })
      .nullable()
      .describe('Who has acknowledged it, and when; ends when its facts change.'),
    snoozed: z
      .object({
        by: z.string().nullable(),
        at: instant,
        until: instant.nullable().describe('Until when; null: until its facts change.'),
      })
      .nullable(),
  })
  .meta({ id: 'AttentionEntry' });

export const waitKind = z.enum(['blocked', 'question', 'lock_overlap', 'task', 'conflict', 'acknowledgement']);

/** Agents that wait for one that waits for nobody, directly or through others. */
export const waitChain = z
  .object({
    root: z.string().describe('The agent that everybody in the chain waits for.'),
    root_health: agentHealth.nullable().describe('Null where the registry was read and does not list it.'),
    root_locks: z.array(z.string()).describe('Paths of the root’s locks; at most 3.'),
    root_lock_count: z.int(),
    links: z
      .array(
        z.object({
          from: z.string().describe('The agent that waits.'),
          to: z.string().describe('The agent that it waits for.'),
          kind: waitKind,
          since: instant.nullable(),
        }),
      )
      .describe('A wait follows the wait of the agent that it is for; the longest branch first. At most 50.'),
    link_count: z.int().describe('How many waits the chain has.'),
    items: z.array(z.string()).describe('Ids of the attention items about these waits, the root and its locks.'),
  })
  .meta({ id: 'WaitChain' });

/** Sorted: worst first, then oldest. Acknowledged and snoozed items are listed too, and marked. */
export const attentionAnswer = z
  .object({
    attention: z.array(attentionEntry),
    count: z.int().describe('The number of all items, including acknowledged and snoozed ones.'),
    hidden_count: z.int().describe('How many of them are acknowledged or snoozed.'),
    hidden_critical_count: z.int().describe('How many of those are critical.'),
    chains: z
      .array(waitChain)
      .describe(
        'Chains of declared waits that block, most waiting agents first; at most 50. Empty for a past moment, because waits are only known for the present.',
      ),
  })
  .meta({ id: 'Attention' });

export const connected = z
  .object({
    status: z.literal('connected'),
    timestamp: instant,
    epoch: z.string(),
    resumed: z.boolean().describe("The messages after the client's id follow, and none is missing."),
    gap: z.boolean().describe("The stream cannot continue from the client's id: messages may be missing."),
  })
  .meta({ id: 'Connected' });

export const messagesEvent = z.object({ messages: z.array(message), count: z.int() }).meta({ id: 'MessagesEvent' });

export const heartbeat = z.object({ timestamp: instant }).meta({ id: 'Heartbeat' });

export const health = z
  .object({
    status: z.enum(['healthy', 'degraded']),
    timestamp: instant,
    files: z.object({ agents: z.boolean(), messages: z.boolean(), locks_dir: z.boolean() }),
    sources: z
      .record(z.string(), sourceState)
      .describe('Only states: reasons may name files, and this answer needs no credentials.'),
    history: z.object({ mode: z.enum(['file', 'memory']), role: z.enum(['recorder', 'follower']) }),
    backlog: logSource.shape.backlog,
    uptime_seconds: z.number(),
    version: z.string(),
  })
  .meta({ id: 'Health' });

/** RFC 9457. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.array(z.object({ parameter: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });

/** What may be asked of messages beside their fields. */
export const messageState = z.enum(['failed', 'unanswered', 'untyped']);

/** A filter of messages, in the terms of the stream and the history; every given part must match. */
export const messageFilter = z.object({
  /** Sender or recipient. */
  agent: z.string().optional(),
  sender: z.string().optional(),
  recipient: z.string().optional(),
  /** The id that a message was given by its sender; the log repeats some. */
  msg_id: z.string().optional(),
  type: z.array(z.string()).optional(),
  /** None of these types. */
  not_type: z.array(z.string()).optional(),
  only: z.array(messageState).optional(),
  /** Milliseconds since 1970, both inclusive. */
  since: z.int().optional(),
  until: z.int().optional(),
  /** Full text. */
  q: z.string().optional(),
});

export type AgentHealth = z.infer<typeof agentHealth>;
export type Agent = z.infer<typeof agent>;
export type AgentProcess = z.infer<typeof agentProcess>;
export type LastMessage = z.infer<typeof lastMessage>;
export type AgentCard = z.infer<typeof agentCard>;
export type AgentBlock = z.infer<typeof agentBlock>;
export type DepartedAgent = z.infer<typeof departedAgent>;
export type AgentsAnswer = z.infer<typeof agentsAnswer>;
export type Lock = z.infer<typeof lock>;
/** The fields of a lock from which conclusions are drawn. */
export type HeldLock = Pick<
  Lock,
  | 'lock_file'
  | 'agent_id'
  | 'filepath'
  | 'acquired_at'
  | 'stale'
  | 'orphaned'
  | 'former_holder'
  | 'conflicts_with'
  | 'pattern'
>;
export type LockConflict = z.infer<typeof lockConflict>;
export type LockWarning = z.infer<typeof lockWarning>;
export type LocksAnswer = z.infer<typeof locksAnswer>;
export type Message = z.infer<typeof message>;
export type MessagesAnswer = z.infer<typeof messagesAnswer>;
export type Stats = z.infer<typeof stats>;
export type CurrentTask = z.infer<typeof currentTask>;
export type SourceState = z.infer<typeof sourceState>;
export type Skipped = z.infer<typeof skipped>;
export type Source = z.infer<typeof source>;
export type LogSource = z.infer<typeof logSource>;
export type HistorySource = z.infer<typeof historySource>;
export type ZoneSource = z.infer<typeof zoneSource>;
export type WatcherSource = z.infer<typeof watcherSource>;
export type Sources = z.infer<typeof sources>;
export type AttentionKind = z.infer<typeof attentionKind>;
export type AttentionSeverity = z.infer<typeof attentionSeverity>;
export type AttentionEntry = z.infer<typeof attentionEntry>;
export type WaitChain = z.infer<typeof waitChain>;
export type AttentionAnswer = z.infer<typeof attentionAnswer>;
export type Connected = z.infer<typeof connected>;
export type MessagesEvent = z.infer<typeof messagesEvent>;
export type Heartbeat = z.infer<typeof heartbeat>;
export type Health = z.infer<typeof health>;
export type Problem = z.infer<typeof problem>;
export type MessageState = z.infer<typeof messageState>;
export type MessageFilter = z.infer<typeof messageFilter>;
