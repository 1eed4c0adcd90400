/** The schema of each kind of state, and when its event is sent; apart from `state.ts` since browsers load no zod. */
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

/** When the event of each kind of state is sent, for the API document. */
export const STATE_EVENTS: Record<StateKind, string> = {
  sources: 'first state, then on change',
  agents: 'first state, then on change, by time alone too',
  locks: 'first state, then on change, releases included',
  stats: 'first state, on change, at least every 5 s',
  attention: 'first state, then on change',
};
