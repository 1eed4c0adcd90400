import { endpoint, jsonResponse } from '@/lib/server/endpoint';
import { parseMessageQuery } from '@/lib/server/message-query';

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = endpoint(
  {
    GET: async (request, runtime) =>
      jsonResponse(await runtime.messages(parseMessageQuery(new URL(request.url).searchParams))),
  },
  { limit: (parameters) => (parameters.has('q') ? 'reads' : null) },
);
