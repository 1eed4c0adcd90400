import { endpoint, jsonResponse } from '@/lib/server/endpoint';

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = endpoint({
  GET: (_request, runtime) => jsonResponse(JSON.stringify(runtime.waiting())),
});
