import { endpoint, stateResponse } from '@/lib/server/endpoint';

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = endpoint({
  GET: async (_request, runtime) => stateResponse(await runtime.stats()),
});
