import { endpoint, jsonResponse } from '@/lib/server/endpoint';
import { parseAgentHistoryQuery } from '@/lib/server/past-query';
import { ProblemError } from '@/lib/server/problem';

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = endpoint(
  {
    GET: async (request, runtime) => {
      const query = parseAgentHistoryQuery(new URL(request.url));
      const json = await runtime.past('agent_history', query);
      if (json === null)
        throw new ProblemError('not_found', `No trace of an agent ${JSON.stringify(query.id)} is known.`);
      return jsonResponse(json);
    },
  },
  { limit: 'reads' },
);
