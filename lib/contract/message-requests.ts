/** The bodies and answers of the commands for messages. */
import { z } from 'zod';
import { delivery, outgoingMessage } from './action-schemas';
import { EVERYONE, MAX_CONTENT_BYTES, MAX_RECIPIENTS, MESSAGE_TYPES } from './message-types';

/** An id of an agent may be the name of a session, which is any text. */
const MAX_ID_LENGTH = 200;
/** Before cleaning, in UTF-16 units; the bytes are counted afterwards. */
const MAX_WRITTEN_LENGTH = 50_000;

export const sendMessageBody = z
  .object({
    recipients: z
      .array(z.string().min(1).max(MAX_ID_LENGTH), { error: 'must be a list of agent ids.' })
      .min(1, { error: 'must name at least one agent.' })
      .max(MAX_RECIPIENTS, { error: `must name at most ${MAX_RECIPIENTS} agents.` })
      .describe(`Ids of agents; \`["${EVERYONE}"]\`: every agent of the registry but the sender.`),
    msg_type: z.enum(MESSAGE_TYPES, { error: `must be one of ${MESSAGE_TYPES.join(', ')}.` }),
    content: z
      .string({ error: 'must be a text.' })
      .max(MAX_WRITTEN_LENGTH, { error: `must have at most ${MAX_CONTENT_BYTES} bytes of UTF-8.` })
      .describe(
        'Control, zero-width and direction characters are removed, as by the command of the swarm; afterwards at most ' +
          `${MAX_CONTENT_BYTES} bytes of UTF-8.`,
      ),
    sender: z
      .string({ error: 'must be a text.' })
      .regex(/^(?!-)[A-Za-z0-9_-]{1,64}(?<!-)$/, {
        error: 'must be 1 to 64 letters, digits, _ or -, without a - at its ends.',
      })
      .optional()
      .describe('Default: the setting OPERATOR_NAME.'),
    parent_msg_id: z
      .string({ error: 'must be a text.' })
      .min(1)
      .max(MAX_ID_LENGTH)
      .optional()
      .describe('The `msg_id` of the message that this one answers.'),
    requires_ack: z.boolean({ error: 'must be true or false.' }).optional(),
    as_command: z
      .boolean({ error: 'must be true or false.' })
      .optional()
      .describe(
        'The content is one line that begins with `/` or `!`, and is typed as such: Claude Code runs it as a command, ' +
          'without a header. Otherwise such a line is plain text. Needs the group `terminal` of the setting ACTIONS too.',
      ),
  })
  .meta({ id: 'SendMessage' });

export const sentAnswer = z
  .object({
    message: outgoingMessage,
    deliveries: z
      .record(z.string(), delivery)
      .describe('By recipient, as of now; the state `outgoing` has what follows.'),
  })
  .meta({ id: 'SentMessage' });

export const withdrawnAnswer = z
  .object({
    outcome: z
      .enum(['withdrawn', 'not_queued'])
      .describe('`not_queued`: nothing of it was still queued here, so nothing was withdrawn.'),
    withdrawn: z.array(z.string()).describe('The recipients that do not get it.'),
    detail: z
      .string()
      .optional()
      .describe('A sentence, only if the withdrawal could not be kept, and so may not survive the process.'),
    message: outgoingMessage,
  })
  .meta({ id: 'WithdrawnMessage' });

export type SendMessageBody = z.infer<typeof sendMessageBody>;
export type SentAnswer = z.infer<typeof sentAnswer>;
export type WithdrawnAnswer = z.infer<typeof withdrawnAnswer>;
