/** The schema of each kind of state; apart from `state.ts`, since browsers do not load zod. */
import type { z } from 'zod';
import { agentsAnswer, attentionAnswer, locksAnswer, sources, stats } from './schemas';
import type { StateKind, States } from './state';

export const STATE_SCHEMAS = {
  sources,
  agents: agentsAnswer,
  locks: locksAnswer,
  stats,
  attention: attentionAnswer,
} as const satisfies { [Kind in StateKind]: z.ZodType<States[Kind]> };
