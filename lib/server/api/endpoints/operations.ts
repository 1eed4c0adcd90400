/** For probes, monitoring and readers of the API document. */
import { HEALTH_PATH, METRICS_PATH, OPENAPI_PATH } from '../../../contract/paths';
import { requireReady } from '../../http/phase';
import { metrics } from '../../metrics/metrics';
import { apiDocument } from '../api-document';
import { declare, type Endpoint, jsonResponse } from '../endpoint';

export const OPERATIONS_ENDPOINTS: readonly Endpoint[] = [
  declare({
    path: HEALTH_PATH,
    scope: 'open',
    tag: 'Operations',
    id: 'getHealth',
    summary: 'For probes',
    description:
      'Needs no credentials, and contains nothing of the swarm. With `?ready` the answer is 503 until the first state is ' +
      'read, and again while the server stops.',
    answer: 'health',
    direct: true,
    answerTo: ({ request, context }) => {
      if (new URL(request.url).searchParams.has('ready')) requireReady();
      return jsonResponse(JSON.stringify(context.runtime.health()));
    },
  }),
  declare({
    path: METRICS_PATH,
    scope: 'read',
    tag: 'Operations',
    id: 'getMetrics',
    summary: 'For Prometheus',
    description: 'Counters and gauges, without content of the swarm. docs/operations.md explains each metric.',
    answer: 'metrics',
    answerTo: async () => {
      const { registry } = metrics();
      return new Response(await registry.metrics(), { headers: { 'Content-Type': registry.contentType } });
    },
  }),
  declare({
    path: OPENAPI_PATH,
    scope: 'read',
    tag: 'Documents',
    id: 'getOpenApi',
    summary: 'This document',
    description: 'Read it at `/redoc`; try it out at `/docs`.',
    answer: 'openApi',
    answerTo: async ({ context }) => jsonResponse(await apiDocument(context)),
  }),
];
