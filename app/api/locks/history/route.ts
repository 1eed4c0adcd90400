import { endpoint, jsonResponse } from '@/lib/server/endpoint';
import { parseLockHistoryQuery } from '@/lib/server/past-query';

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = endpoint(
  {
    GET: async (request, runtime) =>
      jsonResponse(await runtime.past('lock_history', parseLockHistoryQuery(new URL(request.url).searchParams))),
  },
  { limit: 'reads' },
);
