/**
 * The answers about the swarm's files on work. Each has the state of its source: while that is not `ok`, the entries are
 * those that were last read, and `source.kept_from` says when; null there means that nothing was read before.
 *
 * Fields that a file defines are null where the file has none, or another type than the swarm's tool writes.
 */
import { z } from 'zod';
import { instant } from './instant-schema';
import { source } from './schemas';
import { MAX_DOCUMENT_TEXT } from './work-bounds';

const text = z.string().nullable();
const names = z.array(z.string());
const count = z.int().nonnegative();
/** A number as the file has it, such as a rate from 0 to 1. */
const figure = z.number().nullable();

/** The fields that all these answers have. */
const about = {
  source,
  changed_at: instant.nullable().describe('When its content was last written; null where it was never read.'),
  version: z.string().describe('The same text as in the state `work`.'),
};
const listed = {
  count: count.describe('All entries that were read.'),
  left_off: count.describe('How many of them are not listed.'),
};

export const workDecision = z
  .object({
    decision: text,
    by: text,
    reason: text,
    at: instant.nullable(),
    alternatives: names.describe('What else was considered; at most 20.'),
  })
  .meta({ id: 'WorkDecision' });

export const workContext = z
  .object({
    id: z.string(),
    name: text,
    summary: text,
    status: text.describe('`active`, `completed` or `archived`, as written.'),
    created_by: text,
    created_at: instant.nullable(),
    updated_at: instant.nullable(),
    decisions: z.array(workDecision).describe('In the order of the file, the oldest first.'),
    decisions_left_off: count.describe('Older ones that are not listed.'),
    files_touched: names.describe('At most 200.'),
    agents: names.describe('The agents involved; at most 200.'),
    tasks: names.describe('Ids of tasks; at most 200.'),
    messages: names.describe('Ids of messages as the log has them; at most 200.'),
    related: names.describe('Ids of other contexts; at most 200.'),
    notes: text,
  })
  .meta({ id: 'WorkContext' });

export const contextsAnswer = z
  .object({
    ...about,
    ...listed,
    contexts: z.array(workContext).describe('The most recently updated first; at most 200, with 1,000 decisions.'),
  })
  .meta({ id: 'WorkContexts' });

export const workConflict = z
  .object({
    id: z.string(),
    type: text.describe('`file_lock`, `resource`, `task_claim` or `merge`, as written.'),
    requester: z.string().describe('The agent that wants it.'),
    holder: z.string().describe('The agent that has it.'),
    resource: text.describe('What both want; for a lock its path.'),
    status: text.describe('`pending`, `resolving`, `resolved` or `escalated`, as written.'),
    detected_at: instant.nullable(),
    locked_at: instant.nullable().describe('Since when the holder had the lock, as the conflict says.'),
    lock_reason: text,
    negotiations: z
      .array(z.object({ agent: text, at: instant.nullable(), text: z.string() }))
      .describe('Steps of the negotiation as far as the file has any; at most the newest 50.'),
    resolution: z
      .object({
        strategy: text,
        winner: text,
        loser_action: text,
        at: instant.nullable(),
        reason: text,
        automatic: z.boolean().nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'WorkConflict' });

export const conflictsAnswer = z
  .object({
    ...about,
    ...listed,
    conflicts: z.array(workConflict).describe('The newest first, by their order in the file; at most 500.'),
  })
  .meta({ id: 'WorkConflicts' });

export const workDelegation = z
  .object({
    task_id: text,
    agent_id: text.describe('To whom; null if nobody fitted.'),
    success: z.boolean().nullable(),
    match_score: figure,
    skill_matches: z.array(z.object({ skill: z.string(), score: z.number() })).describe('Best first; at most 50.'),
    reason: text,
    alternatives: z.array(z.object({ agent_id: z.string(), score: z.number() })).describe('At most 50.'),
    at: instant.nullable(),
  })
  .meta({ id: 'WorkDelegation' });

export const delegationsAnswer = z
  .object({
    ...about,
    ...listed,
    delegations: z.array(workDelegation).describe('The newest first, by their order in the file; at most 500.'),
  })
  .meta({ id: 'WorkDelegations' });

export const skillMetric = z
  .object({
    skill: z.string(),
    successes: figure,
    failures: figure,
    total: figure,
    success_rate: figure.describe('From 0 to 1, as the file has it: the tool starts at 0.5 and averages.'),
    avg_completion_seconds: figure,
    last_used_at: instant.nullable(),
    trend: z.int().min(-1).max(1).nullable(),
  })
  .meta({ id: 'SkillMetric' });

export const agentLearning = z
  .object({
    agent_id: z.string(),
    tasks_completed: figure,
    tasks_failed: figure,
    tasks_in_progress: figure,
    skills: z.array(skillMetric).describe('The most used first; at most 100.'),
    overall_success_rate: figure,
    avg_response_seconds: figure,
    avg_completion_seconds: figure,
    last_active_at: instant.nullable(),
    created_at: instant.nullable(),
  })
  .meta({ id: 'AgentLearning' });

export const learningAnswer = z
  .object({ ...about, ...listed, agents: z.array(agentLearning).describe('By id; at most 500.') })
  .meta({ id: 'WorkLearning' });

export const agentMemory = z
  .object({
    agent_id: z.string(),
    tasks: z
      .array(
        z.object({
          task_id: text,
          objective: text,
          outcome: text,
          skills: names,
          files: names,
          duration_seconds: figure,
          lessons: names,
          at: instant.nullable(),
        }),
      )
      .describe('The newest first; at most 50.'),
    patterns: z
      .array(
        z.object({
          type: text,
          description: text,
          context: text,
          effectiveness: figure,
          occurrences: figure,
          last_seen_at: instant.nullable(),
        }),
      )
      .describe('At most 100.'),
    relationships: z
      .array(
        z.object({
          agent_id: z.string(),
          trust: figure,
          reliability: figure,
          speed: figure,
          collaborations: figure,
          last_at: instant.nullable(),
          notes: text,
        }),
      )
      .describe('At most 100.'),
    knowledge: z.array(z.object({ key: z.string(), value: z.string() })).describe('At most 200.'),
    created_at: instant.nullable(),
    updated_at: instant.nullable(),
  })
  .meta({ id: 'AgentMemory' });

export const memoryAnswer = z
  .object({
    ...about,
    agents: names.describe('The agents that have a memory, by id; at most 500.'),
    left_off: count.describe('How many of them are not named.'),
    agent_id: z.string().nullable().describe('The agent that was asked for.'),
    memory: agentMemory
      .nullable()
      .describe('Null if no agent was asked for, or it has none that can be read: `source` says why.'),
  })
  .meta({ id: 'WorkMemory' });

export const coordinationAnswer = z
  .object({
    ...about,
    title: text.describe('The first heading; null without one.'),
    preamble: text.describe('The text between the title and the first section: the tool loses it at its next update.'),
    sections: z
      .array(
        z.object({
          title: z.string(),
          text: z.string().describe('Markdown, as written, without its heading.'),
          line: z.int().describe('Where its heading is, from 1.'),
        }),
      )
      .describe('In their order; at most 100.'),
    left_off: count.describe('How many sections are not listed.'),
    current_work: z
      .object({
        columns: names,
        rows: z.array(names).describe('The cells of each row, in the order of the columns; at most 200 rows.'),
      })
      .nullable()
      .describe('The table of the section "Current Work"; null where there is none.'),
    text: text.describe(
      `The whole document, at most ${MAX_DOCUMENT_TEXT.toLocaleString('en-US')} characters; null if none was read.`,
    ),
    truncated: z.boolean().describe('The document is longer than `text`.'),
  })
  .meta({ id: 'WorkCoordination' });

export type WorkContext = z.infer<typeof workContext>;
export type WorkDecision = z.infer<typeof workDecision>;
export type ContextsAnswer = z.infer<typeof contextsAnswer>;
export type WorkConflict = z.infer<typeof workConflict>;
export type ConflictsAnswer = z.infer<typeof conflictsAnswer>;
export type WorkDelegation = z.infer<typeof workDelegation>;
export type DelegationsAnswer = z.infer<typeof delegationsAnswer>;
export type SkillMetric = z.infer<typeof skillMetric>;
export type AgentLearning = z.infer<typeof agentLearning>;
export type LearningAnswer = z.infer<typeof learningAnswer>;
export type AgentMemory = z.infer<typeof agentMemory>;
export type MemoryAnswer = z.infer<typeof memoryAnswer>;
export type CoordinationAnswer = z.infer<typeof coordinationAnswer>;
