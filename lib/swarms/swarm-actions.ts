/** The commands of a live swarm. */
import type { PermissionActions } from '../actions/permissions';
import type { ActionRunner } from '../actions/runner';

export interface SwarmActions {
  readonly runner: ActionRunner;
  readonly permissions: PermissionActions;
}
