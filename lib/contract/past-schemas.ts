/**
 * The shapes of what was: the state at a moment, spans of time, and who talks to whom or waits for whom. Like the
 * shapes of what is (`schemas.ts`) they are said here once.
 */
import { z } from 'zod';
import {
  agent,
  agentHealth,
  agentsAnswer,
  attentionAnswer,
  cursor,
  instant,
  lock,
  locksAnswer,
  messagesAnswer,
  sources,
  stats,
} from './schemas';

/** A time of which something is not known: nobody looked, or a source could not be read. */
export const unknownSpan = z.object({
  /** Null where it reaches back before everything kept. */
  since: instant.nullable(),
  /** Null while it lasts. */
  until: instant.nullable(),
  /** What is not known: everything but the messages, or what one source tells. */
  about: z.enum(['everything', 'registry', 'locks', 'log']),
  /** A plain sentence: why. */
  reason: z.string(),
});

/** The whole swarm as it was known at a moment. */
export const pastState = z
  .object({
    at: instant,
    /** The unknown times that hold this moment; then the last state before them is given, and may be wrong. */
    unknown: z.array(unknownSpan),
    /** The first moment of which agents and locks are known; null if none is. */
    known_since: instant.nullable(),
    /**
     * Whether anything at all is known of the moment. Where not, lists are empty and figures 0 for want of knowledge, and
     * not because there was nothing.
     */
    known: z.object({ agents: z.boolean(), locks: z.boolean(), messages: z.boolean() }),
    agents: agentsAnswer,
    locks: locksAnswer,
    stats,
    attention: attentionAnswer,
    sources,
    messages: messagesAnswer,
  })
  .meta({ id: 'PastState' });

/** An agent's health over a time. */
export const healthSpan = z.object({
  agent: z.string(),
  health: agentHealth,
  since: instant,
  /** Null while it lasts. */
  until: instant.nullable(),
});

export const lockSpanState = z.enum(['held', 'stale', 'orphaned']);

/** A lock in one state over a time; a lock that goes stale while it is held gives two that follow each other. */
export const lockSpan = z.object({
  /** Its holder, as text. */
  agent: z.string(),
  lock_file: z.string(),
  filepath: z.string(),
  reason: z.string().nullable(),
  state: lockSpanState,
  since: instant,
  /** Null while it lasts. */
  until: instant.nullable(),
  /** How it ended: let go, in the hands of another, in another state of the same hold; null while it lasts. */
  ended: z.enum(['released', 'taken_over', 'changed', 'unseen']).nullable(),
});

/** Lock spans of one agent in one state that are too short or too many to be drawn one by one, drawn as one. */
export const lockBar = lockSpan.omit({ reason: true, ended: true }).extend({
  /** How many spans it stands for; the other fields are those of the first. */
  count: z.int(),
});

/** Messages of one sender and type within one step of time. */
export const messageTick = z.object({
  sender: z.string(),
  type: z.string(),
  /** When the first of them was sent. */
  at: instant,
  count: z.int(),
  /** The first of them, and to whom it went. */
  cursor,
  recipients: z.array(z.string()),
});

/** What a timeline draws; times of spans are their true ones, also beyond the span that was asked for. */
export const timelineAnswer = z
  .object({
    since: instant,
    until: instant,
    /** One step of time, in milliseconds: locks and healths that begin and end within one are drawn together. */
    step_ms: z.int(),
    /** The step of the messages, longer where they are many. */
    message_step_ms: z.int(),
    known_since: instant.nullable(),
    /** The oldest message kept; null if there is none. */
    first_message_at: instant.nullable(),
    /**
     * One lane each: registered, holding or speaking in the span, in natural order. The name '' stands for messages and
     * locks that name nobody.
     */
    agents: z.array(z.string()),
    health: z.array(healthSpan),
    locks: z.array(lockBar),
    messages: z.array(messageTick),
    unknown: z.array(unknownSpan),
    /** Totals of the span, whatever was drawn together. */
    totals: z.object({ messages: z.int(), lock_spans: z.int(), health_spans: z.int() }),
    /** Feeds `after_agent` where one answer could not hold all lanes; else null. */
    next_agent: z.string().nullable(),
  })
  .meta({ id: 'Timeline' });

const countByType = z.record(z.string(), z.int());

/** One agent: what it is, was and said. Spans are newest first. */
export const agentHistory = z
  .object({
    id: z.string(),
    /** Its entry as of now; null if it is not registered. */
    agent: agent.nullable(),
    health: z.array(healthSpan.omit({ agent: true })),
    locks: z.array(lock),
    lock_spans: z.array(lockSpan),
    messages: z.object({ sent: countByType, received: countByType }),
    talks_with: z.array(z.object({ agent: z.string(), sent: z.int(), received: z.int() })),
    /** Feeds `before`; null at the oldest. */
    previous_cursor: z.string().nullable(),
  })
  .meta({ id: 'AgentHistory' });

/** Who held a file when, newest first. */
export const lockHistory = z
  .object({ filepath: z.string(), spans: z.array(lockSpan), count: z.int(), previous_cursor: z.string().nullable() })
  .meta({ id: 'LockHistory' });

/** Messages from one to another in a span of time. */
export const talkPair = z.object({
  sender: z.string(),
  recipient: z.string(),
  count: z.int(),
  types: countByType,
  /** Questions among them that nobody has answered until now, and the first of those. */
  unanswered: z.int(),
  first_unanswered: cursor.nullable(),
});

export const talkAnswer = z
  .object({
    /** What was counted: whole hours where the span's edges hold too many messages to be counted one by one. */
    since: instant,
    until: instant,
    /** The busiest first, at most 5,000. */
    pairs: z.array(talkPair),
    /** How many pairs there are. */
    count: z.int(),
  })
  .meta({ id: 'Talk' });

export const waitKind = z.enum(['blocked', 'question', 'lock_overlap', 'task', 'conflict', 'acknowledgement']);

/** One waits for another. */
export const waitEdge = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  kind: waitKind,
  /** Said by a file in so many words, or concluded from what files say. */
  basis: z.enum(['declared', 'inferred']),
  since: instant.nullable(),
  /** One plain sentence. */
  reason: z.string(),
  evidence: z.object({
    locks: z.array(z.string()),
    messages: z.array(z.string()),
    tasks: z.array(z.string()),
    conflicts: z.array(z.string()),
  }),
});

export const waitingAnswer = z
  .object({
    edges: z.array(waitEdge),
    /** Closed rings of edges, each a deadlock: the agents in the order of waiting, and the edges between them. */
    cycles: z.array(z.object({ agents: z.array(z.string()), edges: z.array(z.string()) })),
  })
  .meta({ id: 'Waiting' });

export type UnknownSpan = z.infer<typeof unknownSpan>;
export type PastState = z.infer<typeof pastState>;
export type HealthSpan = z.infer<typeof healthSpan>;
export type LockSpan = z.infer<typeof lockSpan>;
export type LockBar = z.infer<typeof lockBar>;
export type MessageTick = z.infer<typeof messageTick>;
export type TimelineAnswer = z.infer<typeof timelineAnswer>;
export type AgentHistory = z.infer<typeof agentHistory>;
export type LockHistory = z.infer<typeof lockHistory>;
export type TalkPair = z.infer<typeof talkPair>;
export type TalkAnswer = z.infer<typeof talkAnswer>;
export type WaitKind = z.infer<typeof waitKind>;
export type WaitEdge = z.infer<typeof waitEdge>;
export type WaitingAnswer = z.infer<typeof waitingAnswer>;
