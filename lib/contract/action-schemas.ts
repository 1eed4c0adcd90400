/**
 * Commands: what a person or a script may do through the dashboard, what it is answered, and how commands are
 * recorded. Apart from attention decisions, everything that changes something outside the dashboard is here.
 */
import { z } from 'zod';
import { ACTION_GROUPS } from './action-groups';
import { instant } from './instant-schema';

export const actionGroup = z.enum(ACTION_GROUPS);

/** Who the caller of an endpoint is, and what it may do. */
export const meAnswer = z
  .object({
    name: z.string().nullable().describe('Of the user, the token or the operator; null without credentials.'),
    via: z.enum(['operator_key', 'basic', 'token']).nullable().describe('The kind of its credentials.'),
    scope: z.enum(['read', 'write']),
    actions: z.array(actionGroup).describe('The commands that the caller may send now.'),
    reason: z.string().nullable().describe('Why it may send none or not all, and what to do; null if it may send all.'),
    accepts_key: z.boolean().describe('With the operator key of this dashboard, the caller could send commands.'),
  })
  .meta({ id: 'Me' });

/**
 * One command as it is recorded: before its effect with the outcome `started`, and completed after it. A command whose
 * end was not recorded has the outcome `unknown`.
 */
export const actionEntry = z
  .object({
    id: z.int().positive(),
    at: instant.describe('When it was accepted or refused.'),
    ended_at: instant.nullable().describe('When its outcome was recorded; null if that is not known.'),
    principal: z.string().nullable().describe('The name that came with the credentials.'),
    client: z.string().describe('The address of the client. Empty in an exported time range.'),
    action: z.string().describe('The name of the command, such as `release_lock`.'),
    target: z.string().nullable().describe('What it is about: a path, an id; null if it is about nothing single.'),
    agent_id: z.string().nullable().describe('The agent concerned; null if there is none.'),
    request: z.unknown().describe('The body of the request, without secrets.'),
    outcome: z.string().describe('Such as `released`, `refused`, `failed`, `started` or `unknown`.'),
    detail: z.string().nullable().describe('A sentence about the outcome.'),
  })
  .meta({ id: 'Action' });

export const actionsAnswer = z
  .object({
    actions: z.array(actionEntry).describe('The newest first.'),
    next_cursor: z.string().nullable().describe('For `before`: the next older page; null if there is none.'),
    previous_cursor: z.string().nullable().describe('For `after`: newer ones; null if nothing is recorded.'),
  })
  .meta({ id: 'Actions' });

/** How the text of a message reached one recipient. */
export const deliveryOutcome = z.enum(['delivered', 'queued', 'failed', 'unknown']);

export const delivery = z
  .object({
    outcome: deliveryOutcome.describe(
      '`delivered`: confirmed by the session. `queued`: kept until the agent can take it. `failed`: it did not get it. ' +
        '`unknown`: it was sent once, and nothing confirms that it arrived.',
    ),
    via: z.enum(['session', 'tmux']).nullable().describe('The messaging socket of the session, or its terminal.'),
    detail: z.string().describe('A sentence: the evidence, or what is waited for.'),
    expires_at: instant.nullable().describe('Until when it is queued; null if it is not queued.'),
  })
  .meta({ id: 'Delivery' });

/** A message of the dashboard whose deliveries are shown until all of them are final, and a minute longer. */
export const outgoingMessage = z
  .object({
    id: z.string().describe('For withdrawal.'),
    at: instant,
    sender: z.string(),
    recipients: z.array(z.string()),
    msg_type: z.string(),
    content: z.string(),
    requires_ack: z.boolean(),
    msg_id: z.string().describe('The `msg_id` that its line in the message log has, or will have.'),
    deliveries: z.record(z.string(), delivery).describe('By recipient.'),
    final: z.boolean().describe('No outcome will change any more.'),
    logged: z
      .enum(['no', 'yes', 'failed'])
      .describe('Whether its line is in the message log; `failed`: it was sent, but could not be logged.'),
    detail: z.string().nullable().describe('A sentence about logging, if that failed; null otherwise.'),
  })
  .meta({ id: 'OutgoingMessage' });

export const outgoingState = z
  .object({
    messages: z.array(outgoingMessage).describe('Of the process that answers: at most 50, the oldest first.'),
    left_off: z
      .int()
      .optional()
      .describe('How many more are on their way and not listed, since there are too many; absent if there are none.'),
  })
  .meta({ id: 'OutgoingMessages' });

/** A request for permission that Claude Code's hook has reported, and that can be answered while it is held. */
export const pendingPermission = z
  .object({
    id: z.string(),
    agent_id: z.string().nullable().describe('The agent of the session; null if it is not known.'),
    session_id: z.string(),
    kind: z.enum(['tool', 'question', 'plan']),
    subagent: z
      .object({ id: z.string(), type: z.string().nullable() })
      .nullable()
      .describe('The subagent or teammate that asks; null for the main agent.'),
    tool_name: z.string(),
    tool_input: z.unknown().describe('In full, as Claude Code sent it; null where it was too long to keep.'),
    suggestions: z
      .array(z.unknown())
      .describe('The permission updates that Claude Code suggests, as it sent them; one can be chosen by its index.'),
    cwd: z.string().nullable(),
    since: instant,
    answerable: z.boolean().describe('The request is still held, so an answer reaches the agent.'),
    expires_at: instant.nullable().describe('Until when it is held; null once it is not held any more.'),
    resolved: z
      .object({
        outcome: z.enum(['allowed', 'denied', 'answered_locally', 'refused_locally', 'released', 'expired', 'ended']),
        by: z.string().nullable().describe('The name of who answered here; null if nobody did.'),
        at: instant,
        detail: z.string().describe('A sentence: how that is known.'),
      })
      .nullable()
      .describe('How it ended; null while it is open. An ended one stays in the list for a few seconds.'),
  })
  .meta({ id: 'PendingPermission' });

export const permissionsState = z
  .object({ permissions: z.array(pendingPermission).describe('The oldest first.') })
  .meta({ id: 'Permissions' });

export type Me = z.infer<typeof meAnswer>;
export type ActionEntry = z.infer<typeof actionEntry>;
export type ActionsAnswer = z.infer<typeof actionsAnswer>;
export type Delivery = z.infer<typeof delivery>;
export type OutgoingMessage = z.infer<typeof outgoingMessage>;
export type OutgoingState = z.infer<typeof outgoingState>;
export type PendingPermission = z.infer<typeof pendingPermission>;
export type PermissionsState = z.infer<typeof permissionsState>;
