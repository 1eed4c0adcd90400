/**
 * The shapes of the past and of relations: the state at a moment, spans of time, conversations and waits. Like the
 * shapes of the present (`schemas.ts`) they are defined once, here.
 */
import { z } from 'zod';
import { activityState } from './claude-schemas';
import { agent, agentHealth, cursor, instant, lock, messagesAnswer, waitKind } from './schemas';
import { PAST_STATE_SCHEMAS } from './state-schemas';

/** A time for which something is not known: it was not recorded, or a source could not be read. */
export const unknownSpan = z.object({
  since: instant.nullable().describe('Null if it begins before everything that is kept.'),
  until: instant.nullable().describe('Null while it lasts.'),
  about: z
    .enum(['everything', 'registry', 'locks', 'log'])
    .describe('What is unknown: everything except messages, or only the facts from one source.'),
  reason: z.string().describe('One plain sentence: the reason.'),
});

/** The whole state of the swarm as known at a moment. */
export const pastState = z
  .object({
    at: instant,
    unknown: z
      .array(unknownSpan)
      .describe(
        'The unknown periods that include this moment. The state shown is the last one before them, and may be wrong.',
      ),
    known_since: instant
      .nullable()
      .describe('The first moment at which agents and locks are known; null if there is none.'),
    known: z
      .object({
        agents: z.boolean(),
        locks: z.boolean(),
        messages: z.boolean(),
        tasks: z.boolean().describe('False also for moments that a version without tasks recorded.'),
      })
      .describe(
        'Whether anything is known about the moment. If not, lists are empty and figures 0 because nothing is known, not because there was nothing.',
      ),
    ...PAST_STATE_SCHEMAS,
    messages: messagesAnswer,
  })
  .meta({ id: 'PastState' });

/** An agent's health over a time. */
export const healthSpan = z.object({
  agent: z.string(),
  health: agentHealth,
  life: z
    .string()
    .describe('The life of the id that it belongs to; a different text for each process or pane that had the id.'),
  since: instant,
  until: instant.nullable().describe('Null while it lasts.'),
});

/** An agent's activity over a time; times in which it is not known have none. */
export const activitySpan = z.object({
  agent: z.string(),
  state: activityState.exclude(['unknown']),
  since: instant,
  until: instant.nullable().describe('Null while it lasts.'),
});

/** One life of an agent's id: the time in which one process in one pane had it. */
export const agentLife = z.object({
  life: z.string(),
  pid: z.unknown(),
  pane_index: z.unknown(),
  tmux_pane_id: z.unknown(),
  since: instant.nullable().describe('Null where its beginning is not known.'),
  until: instant.nullable().describe('Null while it lasts.'),
});

export const lockSpanState = z.enum(['held', 'stale', 'orphaned']);

/** A lock in one state over a time; a lock that becomes stale while it is held is two successive spans. */
export const lockSpan = z.object({
  agent: z.string().describe('Its holder, as text.'),
  lock_file: z.string(),
  filepath: z.string(),
  reason: z.string().nullable(),
  state: lockSpanState,
  since: instant,
  until: instant.nullable().describe('Null while it lasts.'),
  ended: z
    .enum(['released', 'expired', 'taken_over', 'changed', 'unseen'])
    .nullable()
    .describe(
      'How it ended: let go, gone when it was past its timeout, as which others remove it as stale (`expired`), in the ' +
        'hands of another, in another state of the same hold; ' +
        'null while it lasts.',
    ),
});

/** Lock spans of one agent in one state that are too short or too many to be drawn one by one, drawn as one. */
export const lockBar = lockSpan.omit({ reason: true, ended: true }).extend({
  count: z.int().describe('How many spans are merged into this one; the other fields are those of the first.'),
});

/** A lock in the time before anything was recorded: its file was there when recording began, and says that it is older. */
export const earlierLock = z.object({
  agent: z.string().describe('Its holder, as text.'),
  lock_file: z.string(),
  filepath: z.string(),
  since: instant.describe('When it was acquired, by `locked_at` in its file.'),
  until: instant.describe('The first known moment: `known_since`.'),
});

/** Messages of one sender and type within one step of time. */
export const messageTick = z.object({
  sender: z.string(),
  type: z.string(),
  at: instant.describe('When the first of these messages was sent.'),
  count: z.int(),
  cursor: cursor.describe('The first of them.'),
  recipients: z.array(z.string()).describe('The recipients of the first message.'),
});

/** Commands of one name about one agent within one step of time; the fields are those of the first. */
export const actionMark = z.object({
  agent: z.string(),
  action: z.string().describe('The name of the command, such as `release_lock`.'),
  at: instant,
  count: z.int(),
  cursor: cursor.describe('The first of them, as `GET /api/actions` counts them.'),
  principal: z.string().nullable(),
  target: z.string().nullable(),
  outcome: z.string(),
});

/** Changes of one task within one step of time; the fields are those of the first. */
export const taskMark = z.object({
  agent: z
    .string()
    .describe(
      'The agent that the task was assigned to after the change; empty for nobody, and for a task that is no longer listed.',
    ),
  at: instant.describe('When the first of these changes was recorded.'),
  last_at: instant.describe('When the last of them was recorded.'),
  count: z.int(),
  key: z.string().describe('The `key` of the task.'),
  objective: z.string().describe('Its beginning.'),
  status: z.string().nullable().describe('After the change.'),
  listed: z.boolean().describe('False for a task that is no longer listed: it was removed, or left off.'),
});

/** The content of a timeline; times of spans are their true ones, also beyond the requested range. */
export const timelineAnswer = z
  .object({
    since: instant,
    until: instant,
    step_ms: z
      .int()
      .describe(
        'One step of time, in milliseconds: locks and health spans that begin and end within one step are merged.',
      ),
    message_step_ms: z.int().describe('The step of the messages; longer if there are many.'),
    known_since: instant.nullable(),
    first_message_at: instant.nullable().describe('The oldest message kept; null if there is none.'),
    agents: z
      .array(z.string())
      .describe(
        'The agents that were registered, held a lock, sent a message, were the subject of a command or were assigned a task that changed in the span, in natural order. The empty name is for ' +
          'messages and locks that name no agent.',
      ),
    health: z.array(healthSpan),
    activity: z.array(activitySpan).describe('Only what was known of activities: other times have no span.'),
    locks: z.array(lockBar),
    earlier_locks: z
      .array(earlierLock)
      .describe(
        'Locks before `known_since` that are known from their files, oldest first, at most 2,000; `locks` has their later spans.',
      ),
    messages: z.array(messageTick),
    actions: z.array(actionMark).describe('Commands about agents, oldest first.'),
    tasks: z
      .array(taskMark)
      .describe(
        'Changes of tasks as they were recorded, oldest first; a task that is listed for the first time counts. If there are ' +
          'more than 2,000, changes of several tasks within one step are merged. Those of tasks without an agent are on ' +
          'the first page of lanes.',
      ),
    unknown: z.array(unknownSpan),
    totals: z
      .object({ messages: z.int(), lock_spans: z.int(), health_spans: z.int() })
      .describe('Totals of the span, unaffected by merging.'),
    next_agent: z
      .string()
      .nullable()
      .describe('The value of `after_agent` for the next page of lanes; null if there is none.'),
  })
  .meta({ id: 'Timeline' });

const countByType = z.record(z.string(), z.int());

/** One agent: its present entry, its lives and spans, and its messages. Spans are newest first. */
export const agentHistory = z
  .object({
    id: z.string(),
    agent: agent.nullable().describe('Its present entry; null if it is not registered.'),
    health: z.array(healthSpan.omit({ agent: true })),
    lives: z.array(agentLife).describe('The lives of this id that are known, newest first, at most 50.'),
    locks: z.array(lock),
    lock_spans: z.array(lockSpan),
    messages: z.object({ sent: countByType, received: countByType }),
    talks_with: z.array(z.object({ agent: z.string(), sent: z.int(), received: z.int() })),
    previous_cursor: z.string().nullable().describe('The value of `before` for the next page; null at the oldest.'),
  })
  .meta({ id: 'AgentHistory' });

/** The holders of a file and their times, newest first. */
export const lockHistory = z
  .object({ filepath: z.string(), spans: z.array(lockSpan), count: z.int(), previous_cursor: z.string().nullable() })
  .meta({ id: 'LockHistory' });

/** Messages from one agent to another in a range of time. */
export const talkPair = z.object({
  sender: z.string(),
  recipient: z.string(),
  count: z.int(),
  types: countByType,
  unanswered: z.int().describe('How many of them are questions that are still unanswered.'),
  first_unanswered: cursor.nullable().describe('The first unanswered question.'),
});

export const talkAnswer = z
  .object({
    since: instant.describe(
      'The beginning of the counted time range, extended to whole hours if too many messages lie at its edges.',
    ),
    until: instant,
    pairs: z.array(talkPair).describe('The busiest first, at most 5,000.'),
    count: z.int().describe('How many pairs there are.'),
  })
  .meta({ id: 'Talk' });

/** One agent waits for another. */
export const waitEdge = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  kind: waitKind,
  basis: z
    .enum(['declared', 'inferred'])
    .describe('`declared`: stated in a file. `inferred`: concluded from what files state.'),
  weak: z
    .boolean()
    .describe(
      'True for an acknowledgement that is still due: it blocks no agent, so it is never part of a wait cycle.',
    ),
  blocks: z
    .boolean()
    .describe(
      'Its agent is taken to be blocked by it: BLOCKED and tasks from the first second, a QUESTION once it is old enough to need a person, a conflict about a lock while the lock exists.',
    ),
  alternatives: z.int().describe('How many further agents could end it too, such as other recipients of a question.'),
  since: instant.nullable(),
  reason: z.string().describe('One plain sentence.'),
  evidence: z.object({
    locks: z.array(z.string()),
    messages: z.array(z.string()),
    tasks: z.array(z.string()),
    task_list: z
      .string()
      .optional()
      .describe('The task list of Claude Code that `tasks` are in. Absent for tasks of TASKS.json.'),
    conflicts: z.array(z.string()),
  }),
});

export const waitingAnswer = z
  .object({
    edges: z.array(waitEdge),
    cycles: z
      .array(z.object({ agents: z.array(z.string()), edges: z.array(z.string()) }))
      .describe('Wait cycles, each a deadlock: the agents in the order of waiting, and the edges between them.'),
    truncated: z
      .boolean()
      .optional()
      .describe(
        'True if there may be more edges or cycles than the 2,000 and 50 that are listed at most. Otherwise absent.',
      ),
  })
  .meta({ id: 'Waiting' });

export type UnknownSpan = z.infer<typeof unknownSpan>;
export type PastState = z.infer<typeof pastState>;
export type HealthSpan = z.infer<typeof healthSpan>;
export type ActivitySpan = z.infer<typeof activitySpan>;
export type AgentLife = z.infer<typeof agentLife>;
export type LockSpan = z.infer<typeof lockSpan>;
export type LockBar = z.infer<typeof lockBar>;
export type MessageTick = z.infer<typeof messageTick>;
export type ActionMark = z.infer<typeof actionMark>;
export type TaskMark = z.infer<typeof taskMark>;
export type EarlierLock = z.infer<typeof earlierLock>;
export type TimelineAnswer = z.infer<typeof timelineAnswer>;
export type AgentHistory = z.infer<typeof agentHistory>;
export type LockHistory = z.infer<typeof lockHistory>;
export type TalkPair = z.infer<typeof talkPair>;
export type TalkAnswer = z.infer<typeof talkAnswer>;
export type WaitKind = z.infer<typeof waitKind>;
export type WaitEdge = z.infer<typeof waitEdge>;
export type WaitingAnswer = z.infer<typeof waitingAnswer>;
