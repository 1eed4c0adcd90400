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
import type { ServerContext } from './server-context';

type About<Body extends z.ZodType> = Pick<
  EndpointDescription,
  'path' | 'id' | 'summary' | 'description' | 'answer' | 'request' | 'tag' | 'maxBodyBytes' | 'problems' | 'limit'
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
  const onRefused: NonNullable<Endpoint['onRefused']> = (error, by) => recordRefusal(action, error, by);
  return declare({
    limit: 'commands',
    ...about,
    scope: 'write',
    idempotent: true,
    problems: [403, 409, 415, 422, ...(about.problems ?? [])],
    onRefused,
    answerTo: async ({ request, query, body, principal, context }: Asked<never, z.output<Body>>) => {
      const actions = liveActions(context);
      const key = keyIn(request.headers);
      if (key instanceof ProblemError) {
        await onRefused(key, { principal, context });
        throw key;
      }
      const asked = input({ query: query as Query, body });
      const { answer, status } = await runAction(action(actions), asked, { principal, context, key });
      return Response.json(answer, { status });
    },
  });
}

type By = { principal: Principal; context: ServerContext };

/**
 * Runs a command of the live swarm, whichever way it came.
 *
 * @param by.key the Idempotency-Key; null if there is none
 * @returns the answer and its status
 * @throws {ActionRefused} if it had no effect
 */
export async function runAction<Input>(
  action: Action<Input>,
  input: Input,
  { principal, context, key }: By & { key: string | null },
): Promise<{ answer: object; status: number }> {
  const ran = await liveActions(context).runner.run(action, input, callerIn(principal), { key });
  const more = ran.notRecorded === undefined ? {} : { not_recorded: ran.notRecorded };
  return { answer: { ...(ran.answer as object), ...more }, status: ran.status ?? 200 };
}

/** @throws {ProblemError} where no live swarm is shown */
export function liveActions({ runtime }: Pick<ServerContext, 'runtime'>): SwarmActions {
  if (runtime.actions !== null) return runtime.actions;
  throw new ProblemError('not_live', 'No live swarm is shown, so nothing can be done here.');
}

/** Records that a command was refused before it could run, if its caller is known. */
export async function recordRefusal(
  action: (actions: SwarmActions) => Pick<Action, 'name'>,
  error: unknown,
  { principal, context }: By,
): Promise<void> {
  const { actions } = context.runtime;
  const isKnown = principal.credential !== null || principal.mayWrite;
  if (actions === null || !isKnown || !isProblem(error)) return;
  await actions.runner.refuse(action(actions), callerIn(principal), error);
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
