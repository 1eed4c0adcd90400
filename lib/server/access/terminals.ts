/** Decides whether the terminals of agents may be shown. */
import type { Config } from '../../config/config';
import { isLoopbackHost } from '../../config/loopback';
import { ProblemError } from '../http/problem';
import type { RequestConnection } from '../http/request-connection';

/**
 * Checks whether terminals are shown: as the setting says, otherwise only where no other computer reaches the server.
 *
 * @param connection of the request, which knows the address that the server listens on; null if it is not known
 * @throws {ProblemError} if they are not
 */
export function checkTerminals(
  { terminals, host }: Pick<Config, 'terminals' | 'host'>,
  connection: Pick<RequestConnection, 'boundAddress'> | null,
): void {
  const bound = connection?.boundAddress ?? host ?? '';
  if (terminals ?? isLoopbackHost(bound)) return;
  const why = terminals === false ? 'the setting TERMINALS is off' : 'this server can be reached from other computers';
  throw new ProblemError(
    'terminals_off',
    `Terminals are not shown here: ${why}, and screens can show secrets. Start it with TERMINALS=on to show them.`,
  );
}
