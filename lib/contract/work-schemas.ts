/**
 * What agents work on, apart from tasks: contexts and decisions, conflicts, delegations, what was learned, the
 * coordination document, and which messages an agent has not read.
 */
import { z } from 'zod';
import { instant } from './instant-schema';
import { sourceState } from './schemas';

/** One file about work. Its content is requested by its name when it is looked at. */
export const workFile = z
  .object({
    name: z.enum(['contexts', 'conflicts', 'delegations', 'learning', 'memory', 'coordination']),
    count: z
      .int()
      .nonnegative()
      .describe('Its entries; of the coordination document its sections, of the memory the agents that have one.'),
    changed_at: instant.nullable().describe('When its content last changed; null where there is none.'),
    version: z.string().describe('Another text after each change of its content or of the state of its source.'),
  })
  .meta({ id: 'WorkFile' });

export const unreadMessages = z
  .object({
    agent_id: z.string(),
    count: z
      .int()
      .nonnegative()
      .describe('Messages to it, or to all, with a later timestamp than its read mark. Its own do not count.'),
    more: z.boolean().describe('There are more than `count`.'),
    oldest_at: instant.nullable().describe('When the oldest of them was sent; null where there is none.'),
    read_until: z.string().nullable().describe('Its read mark, as written; null where it has none.'),
  })
  .meta({ id: 'UnreadMessages' });

/** A kind of state of the present: small, so that pages know when to request a file again. */
export const workState = z
  .object({
    files: z.array(workFile).describe('Only files that exist, or existed since the dashboard started.'),
    unread: z
      .array(unreadMessages)
      .describe('Only listed agents with a read mark: of others it is not known. Empty until the log was read.'),
    read_marks: z
      .object({ state: sourceState, reason: z.string().nullable() })
      .optional()
      .describe(
        'How `.swarm/last_read_messages.json` was read, as a source: while it can not be read, it is not known which ' +
          'messages are unread. Absent before the first reading.',
      ),
  })
  .meta({ id: 'Work' });

export type WorkFile = z.infer<typeof workFile>;
export type WorkFileName = WorkFile['name'];
export type UnreadMessages = z.infer<typeof unreadMessages>;
export type WorkState = z.infer<typeof workState>;
