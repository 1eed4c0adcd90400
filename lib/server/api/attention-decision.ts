/** The requests that acknowledge or snooze an attention item, or take that back. */
import type { z } from 'zod';
import { type AttentionDecision, acknowledgeBody, snoozeBody } from '../../contract/attention-requests';
import type { Runtime } from '../../swarms/swarm';
import type { Principal } from '../access/principal';
import { readParameters, requests } from '../http/parameters';
import { ProblemError } from '../http/problem';

interface Decided {
  principal: Principal;
  /** JSON, null for an empty one. */
  body: unknown;
}

/** Each reads what is decided from a body, and throws a `ProblemError` naming every faulty field. */
const READ = {
  acknowledge: (body: unknown): AttentionDecision => {
    readBody(acknowledgeBody, body);
    return { action: 'acknowledge' };
  },
  snooze: (body: unknown): AttentionDecision => ({ action: 'snooze', ...readBody(snoozeBody, body) }),
  withdraw: (): AttentionDecision => ({ action: 'withdraw' }),
};

/**
 * Keeps a decision for every viewer.
 *
 * @returns the item as it is then
 * @throws {ProblemError} for an unknown item or a faulty body
 * @throws {QueryRefused} where no live swarm is shown, or the decision can't be kept
 */
export async function decisionResponse(
  action: keyof typeof READ,
  request: Request,
  runtime: Runtime,
  { principal, body }: Decided,
): Promise<Response> {
  const { id } = readParameters(requests().attentionItem, () => [attentionIdIn(new URL(request.url).pathname)]);
  const decision = READ[action](body);
  const entry = await runtime.decide(id, decision, principal.credential?.name ?? null);
  if (entry) return Response.json(entry);
  const gone = 'It may have ended; GET /api/attention lists those that exist.';
  throw new ProblemError('not_found', `There is no attention item ${JSON.stringify(id)}. ${gone}`);
}

/** As the client wrote it: Next's own decoding fails for some ids. */
function attentionIdIn(pathname: string): string {
  return /\/attention\/([^/]*)/.exec(pathname)?.[1] ?? '';
}

function readBody<Body>(schema: z.ZodType<Body>, body: unknown): Body {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path: [name], message }) => ({
    parameter: String(name ?? 'body'),
    detail: name === undefined ? 'must be a JSON object.' : message,
  }));
  const sentence = errors.map(({ parameter, detail }) => `The parameter ${parameter} ${detail}`).join(' ');
  throw new ProblemError('invalid_parameter', sentence, { errors });
}
