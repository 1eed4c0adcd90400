/** The schema of each kind of state, and when its event is sent; apart from `state.ts` since browsers load no zod. */
import type { z } from 'zod';
import { outgoingState, permissionsState } from './action-schemas';
import { usageState } from './claude-schemas';
import { agentsAnswer, attentionAnswer, locksAnswer, sources, stats } from './schemas';
import type { StateKind, States } from './state';
import { tasksState } from './task-schemas';
import { workState } from './work-schemas';

export const STATE_SCHEMAS = {
  sources,
  agents: agentsAnswer,
  locks: locksAnswer,
  stats,
  attention: attentionAnswer,
  tasks: tasksState,
  usage: usageState,
  permissions: permissionsState,
  outgoing: outgoingState,
  work: workState,
} as const satisfies { [Kind in StateKind]: z.ZodType<States[Kind]> };

/** The schemas of the kinds that are known of past moments. */
export const {
  usage: _usage,
  permissions: _permissions,
  outgoing: _outgoing,
  work: _work,
  ...PAST_STATE_SCHEMAS
} = STATE_SCHEMAS;

/** When the event of each kind of state is sent, for the API document. */
export const STATE_EVENTS: Record<StateKind, string> = {
  sources: 'first state, then on change',
  agents: 'first state, then on change, including changes by time alone',
  locks: 'first state, then on change, including releases',
  stats: 'first state, on change, at least every 5 s',
  attention: 'first state, then on change',
  tasks: 'first state, then on change',
  usage: 'first state, then on change, at most once a second',
  permissions: 'first state, then on change',
  outgoing: 'first state, then on change',
  work: 'first state, then on change',
};
