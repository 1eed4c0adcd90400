/** What every path of the API answers. Its files under `app/` name their entry here and hold nothing themselves. */
import packageJson from '../../../package.json';
import type { Path } from '../../contract/paths';
import { oncePerProcess } from '../../platform/process-global';
import type { Runtime } from '../../swarms/swarm';
import { type DirectRoutes, throughRoute } from '../front/direct-answers';
import { requireReady } from '../http/phase';
import { ProblemError } from '../http/problem';
import { metrics } from '../metrics/metrics';
import { streamResponse } from '../stream/stream';
import { parseStreamQuery } from '../stream/stream-query';
import { decisionResponse } from './attention-decision';
import { bundleResponse, parseBundleRequest } from './bundle';
import { answerStream } from './direct-stream';
import { endpoint, jsonResponse, missing, stateResponse } from './endpoint';
import { parseLocksQuery } from './locks-query';
import { parseMessageQuery } from './message-query';
import {
  parseAgentHistoryQuery,
  parseAgentQuery,
  parseLockHistoryQuery,
  parseMoment,
  parseSpan,
  parseTimelineQuery,
} from './past-query';

const parametersOf = ({ url }: Request) => new URL(url).searchParams;

async function agentResponse(runtime: Runtime, query: ReturnType<typeof parseAgentQuery>): Promise<Response> {
  const json = await runtime.past('agent_history', query);
  if (json !== null) return jsonResponse(json);
  throw new ProblemError('not_found', `No trace of an agent ${JSON.stringify(query.id)} is known.`);
}

/** `/api` answers for whatever does not exist below it. */
export const routes = {
  '/api': missing,
  '/api/agents': endpoint({ GET: (_request, { hub }) => stateResponse(hub.state('agents')?.json) }),
  '/api/agents/{id}': endpoint(
    { GET: (request, runtime) => agentResponse(runtime, parseAgentHistoryQuery(new URL(request.url))) },
    { limit: 'reads' },
  ),
  '/api/agent': endpoint(
    { GET: (request, runtime) => agentResponse(runtime, parseAgentQuery(parametersOf(request))) },
    { limit: 'reads' },
  ),
  '/api/attention': endpoint({ GET: (_request, { hub }) => stateResponse(hub.state('attention')?.json) }),
  '/api/attention/{id}': endpoint(
    { DELETE: (request, runtime, asked) => decisionResponse('withdraw', request, runtime, asked) },
    { changes: 'dashboard' },
  ),
  '/api/attention/{id}/ack': endpoint(
    { POST: (request, runtime, asked) => decisionResponse('acknowledge', request, runtime, asked) },
    { changes: 'dashboard' },
  ),
  '/api/attention/{id}/snooze': endpoint(
    { POST: (request, runtime, asked) => decisionResponse('snooze', request, runtime, asked) },
    { changes: 'dashboard' },
  ),
  '/api/bundle': endpoint(
    { GET: (request, runtime) => bundleResponse(runtime, parseBundleRequest(parametersOf(request))) },
    { limit: 'exports' },
  ),
  '/api/locks': endpoint({
    GET: (request, runtime) => {
      const query = parseLocksQuery(parametersOf(request));
      if (query === null) return stateResponse(runtime.longestLocks() ?? runtime.hub.state('locks')?.json);
      return jsonResponse(JSON.stringify(runtime.locks(query)));
    },
  }),
  '/api/locks/history': endpoint(
    {
      GET: async (request, runtime) =>
        jsonResponse(await runtime.past('lock_history', parseLockHistoryQuery(parametersOf(request)))),
    },
    { limit: 'reads' },
  ),
  '/api/messages': endpoint(
    {
      GET: async (request, runtime) => jsonResponse(await runtime.messages(parseMessageQuery(parametersOf(request)))),
    },
    { limit: (parameters) => (parameters.has('q') ? 'reads' : null) },
  ),
  '/api/state': endpoint(
    {
      GET: async (request, runtime) =>
        jsonResponse(await runtime.past('state', { at: parseMoment(parametersOf(request)) })),
    },
    { limit: 'reads' },
  ),
  '/api/stats': endpoint({ GET: async (_request, runtime) => stateResponse(await runtime.stats()) }),
  '/api/stream': endpoint({
    GET: async (request, { hub }, { principal }) => {
      await hub.reaching(parseStreamQuery(request).lastEventId);
      return streamResponse(request, hub, principal);
    },
  }),
  '/api/talk': endpoint(
    { GET: async (request, runtime) => jsonResponse(await runtime.past('talk', parseSpan(parametersOf(request)))) },
    { limit: 'reads' },
  ),
  '/api/timeline': endpoint(
    {
      GET: async (request, runtime) =>
        jsonResponse(await runtime.past('timeline', parseTimelineQuery(parametersOf(request)))),
    },
    { limit: 'reads' },
  ),
  '/api/waiting': endpoint({ GET: (_request, runtime) => jsonResponse(JSON.stringify(runtime.waiting())) }),
  '/health': endpoint(
    {
      GET: (request, runtime) => {
        if (parametersOf(request).has('ready')) requireReady();
        return jsonResponse(JSON.stringify(runtime.health()));
      },
    },
    { probe: true },
  ),
  '/metrics': endpoint({
    GET: async () => {
      const { registry } = metrics();
      return new Response(await registry.metrics(), { headers: { 'Content-Type': registry.contentType } });
    },
  }),
  '/openapi.json': endpoint({ GET: async () => jsonResponse(await openApiJson()) }),
} satisfies Record<Path | '/api', ReturnType<typeof endpoint>>;

export type Routes = typeof routes;

/** What is answered without Next. */
export const directRoutes: DirectRoutes = {
  '/api/stream': answerStream,
  '/health': throughRoute(routes['/health'].GET),
};

/** Loaded when it is asked for: what makes the document is as large as the document. */
function openApiJson(): Promise<string> {
  return oncePerProcess('openapi', async () => {
    const { openApiDocument } = await import('../../contract/openapi');
    return JSON.stringify(openApiDocument(packageJson.version));
  });
}
