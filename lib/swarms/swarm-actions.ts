/** The commands of a live swarm. */
import type { ActionRunner } from '../actions/runner';

export interface SwarmActions {
  readonly runner: ActionRunner;
}
