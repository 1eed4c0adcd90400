/** The commands of a live swarm. */
import type { AckActions } from '../actions/acks';
import type { ActionRunner } from '../actions/runner';

export interface SwarmActions {
  readonly runner: ActionRunner;
  readonly acks: AckActions;
}
