import { endpoint, stateResponse } from '@/lib/server/endpoint';

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = endpoint({
  GET: (_request, { hub }) => stateResponse(hub.state('attention')?.json),
});
