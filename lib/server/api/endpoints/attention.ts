/** Acknowledges and snoozes attention items, or withdraws that. */
import type { z } from 'zod';
import { type AttentionDecision, acknowledgeBody, snoozeBody } from '../../../contract/attention-requests';
import { ACKNOWLEDGE_PATH, ATTENTION_ITEM_PATH, ATTENTION_PATH, SNOOZE_PATH } from '../../../contract/paths';
import { ProblemError } from '../../http/problem';
import { type Asked, declare, type Endpoint } from '../endpoint';

const RULE =
  'The server keeps it for all viewers and across restarts, with the name of the credentials. It ends when the facts of the ' +
  'item change. The item stays in the list, marked, and is counted in `hidden_count`. Needs read access, and a request ' +
  'from the origin of this site, from an allowed origin, or with credentials and from no browser.';

type Decision<Body extends z.ZodType> = Pick<Endpoint, 'path' | 'method' | 'id' | 'summary' | 'description'> & {
  body?: { schema: Body; example: unknown; required: boolean };
  decide(body: z.output<Body>): AttentionDecision;
};

/** Declares an endpoint that keeps a decision about one item for every viewer, and answers with the item. */
function declareDecision<Body extends z.ZodType>({ decide, ...about }: Decision<Body>): Endpoint {
  return declare({
    ...about,
    scope: 'read',
    tag: 'Attention',
    request: 'attentionItem',
    answer: 'attentionItem',
    problems: [404, 409, 415, 422],
    answerTo: (asked: Asked<{ id: string }, z.output<Body>>) => decisionResponse(asked, decide(asked.body)),
  });
}

async function decisionResponse(asked: Asked<{ id: string }>, decision: AttentionDecision): Promise<Response> {
  const { query, principal, context } = asked;
  const entry = await context.runtime.decide(query.id, decision, principal.credential?.name ?? null);
  if (entry) return Response.json(entry);
  const gone = `It may have ended; GET ${ATTENTION_PATH} lists those that exist.`;
  throw new ProblemError('not_found', `There is no attention item ${JSON.stringify(query.id)}. ${gone}`);
}

export const ATTENTION_ENDPOINTS: readonly Endpoint[] = [
  declareDecision({
    path: ACKNOWLEDGE_PATH,
    method: 'POST',
    id: 'acknowledgeAttentionItem',
    summary: 'Acknowledge an attention item',
    description: RULE,
    body: { schema: acknowledgeBody, example: {}, required: false },
    decide: () => ({ action: 'acknowledge' }),
  }),
  declareDecision({
    path: SNOOZE_PATH,
    method: 'POST',
    id: 'snoozeAttentionItem',
    summary: 'Snooze an attention item',
    description: `For 15 or 60 minutes by the clock of the server, or until its facts change. ${RULE}`,
    body: { schema: snoozeBody, example: { minutes: 15 }, required: true },
    decide: ({ minutes }) => ({ action: 'snooze', minutes }),
  }),
  declareDecision({
    path: ATTENTION_ITEM_PATH,
    method: 'DELETE',
    id: 'reopenAttentionItem',
    summary: 'Withdraw acknowledgement and snooze',
    description: 'Needs read access and no body. An item that is already open stays as it is.',
    decide: () => ({ action: 'withdraw' }),
  }),
];
