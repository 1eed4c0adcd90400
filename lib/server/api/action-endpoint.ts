/** Declares endpoints that run a command: access, rate, record and answer are the same for all of them. */
import type { z } from 'zod';
import type { Action, Caller } from '../../actions/action';
import type { EndpointDescription } from '../../contract/endpoint';
import { IDEMPOTENCY_KEY, isIdempotencyKey } from '../../contract/idempotency-key';
import type { SwarmActions } from '../../swarms/swarm-actions';
import type { Principal } from '../access/principal';
import { faultyParameters } from '../http/parameters';
import { isProblem, ProblemError } from '../http/problem';
import type { HeaderReader } from '../http/request-connection';
import { type Asked, declare, type Endpoint } from './endpoint';

type About<Body extends z.ZodType> = Pick<
  EndpointDescription,
  'path' | 'id' | 'summary' | 'description' | 'answer' | 'request' | 'tag' | 'maxBodyBytes' | 'problems'
> & {
  method: NonNullable<EndpointDescription['method']>;
  body?: { schema: Body; example: unknown; required: boolean };
};

interface ActionEndpoint<Body extends z.ZodType, Input, Query> extends About<Body> {
  /** Chooses the command of the swarm. */
  action(actions: SwarmActions): Action<Input>;
  /** The command's input from what was asked. */
  input(asked: { query: Query; body: z.output<Body> }): Input;
}

/**
 * Declares an endpoint with the scope `write` that runs a command of the live swarm. A caller may send a limited number
 * of commands each minute, and repeat one under the same Idempotency-Key. Whatever is refused once the caller is known
 * is recorded.
 */
export function declareAction<Body extends z.ZodType, Input, Query = unknown>({
  action,
  input,
  ...about
}: ActionEndpoint<Body, Input, Query>): Endpoint {
  const onRefused: Endpoint['onRefused'] = async (error, { principal, context }) => {
    const { actions } = context.runtime;
    const isKnown = principal.credential !== null || principal.mayWrite;
    if (actions !== null && isKnown && isProblem(error)) {
      await actions.runner.refuse(action(actions), callerIn(principal), error);
    }
  };
  return declare({
    ...about,
    scope: 'write',
    limit: 'commands',
    idempotent: true,
    problems: [403, 409, 415, 422, ...(about.problems ?? [])],
    onRefused,
    answerTo: async ({ request, query, body, principal, context }: Asked<never, z.output<Body>>) => {
      const { actions } = context.runtime;
      if (actions === null) {
        throw new ProblemError('not_live', 'No live swarm is shown, so nothing can be done here.');
      }
      const key = keyIn(request.headers);
      if (key instanceof ProblemError) {
        await onRefused(key, { principal, context });
        throw key;
      }
      const asked = input({ query: query as Query, body });
      const ran = await actions.runner.run(action(actions), asked, callerIn(principal), { key });
      const more = ran.notRecorded === undefined ? {} : { not_recorded: ran.notRecorded };
      return Response.json({ ...(ran.answer as object), ...more }, { status: ran.status ?? 200 });
    },
  });
}

function callerIn({ client, credential }: Principal): Caller {
  return { name: credential?.name ?? '', client };
}

/** @returns the Idempotency-Key, null if there is none, or why it is refused */
function keyIn(headers: HeaderReader): string | null | ProblemError {
  const key = headers.get(IDEMPOTENCY_KEY.name);
  if (key === null || isIdempotencyKey(key)) return key;
  const detail = 'must be 1 to 200 visible ASCII characters.';
  return faultyParameters([{ parameter: IDEMPOTENCY_KEY.name, detail }]);
}
