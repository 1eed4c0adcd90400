/** Acknowledgements that the swarm's tool waits for: the list, and the removal of an entry on a person's word. */
import { z } from 'zod';
import { instant } from './instant-schema';

export const pendingAck = z
  .object({
    msg_id: z
      .string()
      .describe('Of the message that asks for it; a provisional one if it broke off before it was sent.'),
    sender_id: z.string().nullable(),
    recipient_id: z.string().nullable().describe('Who should acknowledge it.'),
    text: z.string().describe('The beginning of the message in one line; empty where the file has no message.'),
    sent_at: instant.nullable(),
    retry_count: z.number(),
    next_retry_at: instant.nullable(),
    state: z
      .enum(['waiting', 'overdue', 'answered', 'absent', 'broken'])
      .describe(
        '`overdue`: a retry is due for longer than SWARM_ATTENTION_ACK_SECONDS, or three retries were made. `answered`: ' +
          'the recipient has answered since, and the file still lists it. `absent`: the registry does not list one of ' +
          'the two, or another process has the id of the sender. `broken`: the remains of a message that was never sent.',
      ),
    message: z.string().nullable().describe('The cursor of the message; null where its place is not known.'),
    folder: z.string().nullable().describe('The folder of the file that lists it; null for the root of the swarm.'),
    version: z.int().nullable().describe('The version of that file; null where it has none. For its removal.'),
  })
  .meta({ id: 'PendingAck' });

export const acksAnswer = z
  .object({
    acks: z.array(pendingAck).describe('In the order of the files: the one of the root first.'),
    faults: z
      .array(z.object({ path: z.string(), reason: z.string() }))
      .describe("The files that can't be read, or only in part: what they list may be missing here."),
  })
  .meta({ id: 'PendingAcks' });

export const removeAckBody = z
  .object({
    msg_id: z.string({ error: 'must be the msg_id of an entry.' }).min(1, { error: 'must not be empty.' }),
    recipient_id: z.string({ error: 'must be the recipient_id of the entry, or null.' }).nullable(),
    version: z
      .int({ error: 'must be the version that the entry was listed with: a whole number or null.' })
      .nullable()
      .describe('As it was listed: the entry is removed only if the file still has this version.'),
    folder: z
      .string({ error: 'must be the folder that the entry was listed with, or null.' })
      .nullable()
      .optional()
      .describe('As it was listed; absent for the root of the swarm.'),
  })
  .meta({ id: 'RemovePendingAck' });

export const ackRemoved = z
  .object({
    outcome: z.literal('removed'),
    count: z.int().describe('How many entries were removed: more than one if the file listed it twice.'),
    version: z.int().describe('The new version of the file.'),
  })
  .meta({ id: 'PendingAckRemoved' });

export type PendingAck = z.infer<typeof pendingAck>;
export type AcksAnswer = z.infer<typeof acksAnswer>;
export type RemoveAckBody = z.output<typeof removeAckBody>;
export type AckRemoved = z.infer<typeof ackRemoved>;
