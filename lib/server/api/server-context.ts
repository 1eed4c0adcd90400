import type { EndpointDescription } from '../../contract/endpoint';
import type { RequestSchemas } from '../../contract/requests';
import type { Runtime } from '../../swarms/swarm';
import type { AccessContext } from '../access/access-context';
import { requestsIn } from '../http/parameters';
import { ProblemError } from '../http/problem';

/** What endpoints answer from. It is created once when the server starts, or by a test. */
export interface ServerContext extends AccessContext {
  readonly runtime: Runtime;
  readonly requests: RequestSchemas;
  /** Of the product. */
  readonly version: string;
  /** What the API document describes. */
  readonly endpoints: readonly EndpointDescription[];
}

/** Adds to the access context what handlers need. */
export function createServerContext(
  access: AccessContext,
  more: Pick<ServerContext, 'runtime' | 'version' | 'endpoints'>,
): ServerContext {
  return { ...access, ...more, requests: requestsIn({ zone: access.config.swarmZone }) };
}

/**
 * Waits for the first state.
 *
 * @throws {ProblemError} if it cannot be read
 */
export async function awaitFirstState(runtime: Runtime): Promise<void> {
  await runtime.ready().catch(() => {
    throw new ProblemError('unavailable', 'The swarm could not be read yet; /health says what is wrong.');
  });
}
