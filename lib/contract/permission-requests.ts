/** What is sent to answer a permission request, or to say that somebody watches the page who may; and the answers. */
import { z } from 'zod';
import { instant } from './instant-schema';

/** Of a message with which a request is denied, in UTF-16 units. */
const MAX_MESSAGE_LENGTH = 10_000;
const MAX_ANSWER_LENGTH = 10_000;
const MAX_VIEWER_LENGTH = 64;

const answerText = z.string().max(MAX_ANSWER_LENGTH, { error: 'must have at most 10,000 characters.' });

export const permissionAnswerBody = z
  .object({
    behavior: z.enum(['allow', 'deny'], { error: 'must be "allow" or "deny".' }),
    message: z
      .string({ error: 'must be a text.' })
      .max(MAX_MESSAGE_LENGTH, { error: 'must have at most 10,000 characters.' })
      .optional()
      .describe('Only with `deny`: the reason, which the agent gets.'),
    answers: z
      .record(z.string(), z.union([answerText, z.array(answerText).max(100)]), { error: 'must be an object.' })
      .optional()
      .describe(
        'Only for a question, and needed to allow it: by the text of each question a label, labels or any text.',
      ),
    suggestion: z
      .int({ error: 'must be a whole number.' })
      .min(0, { error: 'must not be negative.' })
      .optional()
      .describe('Only with `allow`: the index of one of `suggestions`, so that the same is not asked again.'),
    mode: z
      .enum(['default', 'acceptEdits'], { error: 'must be "default" or "acceptEdits".' })
      .optional()
      .describe('Only to allow a plan: whether edits are accepted without asking from then on.'),
  })
  .meta({ id: 'PermissionAnswer' });

export const presenceBody = z
  .object({
    viewer: z
      .string({ error: 'must be a text.' })
      .min(1, { error: 'must not be empty.' })
      .max(MAX_VIEWER_LENGTH, { error: 'must have at most 64 characters.' })
      .describe('A random name of this page or program.'),
    present: z.boolean({ error: 'must be true or false.' }).describe('False when it is left.'),
  })
  .meta({ id: 'PermissionPresence' });

export const permissionAnswered = z
  .object({
    outcome: z
      .enum(['answered', 'already_answered', 'expired'])
      .describe(
        '`answered`: Claude Code got this answer. `already_answered`: somebody was faster, here or in the terminal. ' +
          '`expired`: the request is not held any more; the prompt may be open in the terminal.',
      ),
    detail: z.string().describe('A sentence: who answered, or what has become of the request.'),
  })
  .meta({ id: 'PermissionAnswered' });

export const presenceNoted = z
  .object({ present: z.boolean(), until: instant.nullable().describe('When it is forgotten if it is not repeated.') })
  .meta({ id: 'PermissionPresenceNoted' });

export type PermissionAnswerBody = z.infer<typeof permissionAnswerBody>;
export type PermissionAnswered = z.infer<typeof permissionAnswered>;
export type PresenceBody = z.infer<typeof presenceBody>;
