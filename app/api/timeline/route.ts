import { endpoint, jsonResponse } from '@/lib/server/endpoint';
import { parseTimelineQuery } from '@/lib/server/past-query';

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = endpoint(
  {
    GET: async (request, runtime) =>
      jsonResponse(await runtime.past('timeline', parseTimelineQuery(new URL(request.url).searchParams))),
  },
  { limit: 'reads' },
);
