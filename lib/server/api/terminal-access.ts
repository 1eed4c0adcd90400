import type { Terminals } from '../../swarms/terminals';
import { checkTerminals } from '../access/terminals';
import { ProblemError } from '../http/problem';
import type { RequestConnection } from '../http/request-connection';
import type { ServerContext } from './server-context';

/**
 * @returns the terminals of the swarm, to show them to a caller that may read
 * @throws {ProblemError} where no live swarm is shown, or terminals are not shown
 */
export function shownTerminals(
  { runtime, config }: Pick<ServerContext, 'runtime' | 'config'>,
  connection: Pick<RequestConnection, 'boundAddress'> | null,
): Terminals {
  if (runtime.terminals === null) {
    throw new ProblemError('not_live', 'No live swarm is shown, so there are no terminals.');
  }
  checkTerminals(config, connection);
  return runtime.terminals;
}
