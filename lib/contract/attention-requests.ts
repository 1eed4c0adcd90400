/** The decisions about an attention item, and the bodies of the requests for them. */
import { z } from 'zod';

const MINUTES = [15, 60, null] as const;
export type SnoozeMinutes = (typeof MINUTES)[number];

export const acknowledgeBody = z.object({}).nullable().meta({ description: 'May be empty.' });

export const snoozeBody = z
  .object({
    minutes: z
      .literal(MINUTES, { error: 'must be 15, 60 or null.' })
      .describe('The duration in minutes; null: until the facts of the item change.'),
  })
  .meta({ id: 'Snooze' });

/** `withdraw` removes acknowledgement and snooze. */
export type AttentionDecision =
  | { action: 'acknowledge' }
  | { action: 'snooze'; minutes: SnoozeMinutes }
  | { action: 'withdraw' };
