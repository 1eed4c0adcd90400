/** Declares endpoints that run a command: access, record and answer are the same for all of them. */
import type { z } from 'zod';
import type { Action } from '../../actions/action';
import type { EndpointDescription } from '../../contract/endpoint';
import type { SwarmActions } from '../../swarms/swarm-actions';
import { ProblemError } from '../http/problem';
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

/** Declares an endpoint with the scope `write` that runs a command of the live swarm. */
export function declareAction<Body extends z.ZodType, Input, Query = unknown>({
  action,
  input,
  ...about
}: ActionEndpoint<Body, Input, Query>): Endpoint {
  return declare({
    ...about,
    scope: 'write',
    problems: [403, 409, 415, 422, ...(about.problems ?? [])],
    answerTo: async ({ query, body, principal, context }: Asked<never, z.output<Body>>) => {
      const { actions } = context.runtime;
      if (actions === null) {
        throw new ProblemError('not_live', 'No live swarm is shown, so nothing can be done here.');
      }
      const caller = { name: principal.credential?.name ?? '', client: principal.client };
      const done = await actions.runner.run(action(actions), input({ query: query as Query, body }), caller);
      return Response.json(done.answer, { status: done.status ?? 200 });
    },
  });
}
