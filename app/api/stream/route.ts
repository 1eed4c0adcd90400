import { endpoint } from '@/lib/server/endpoint';
import { streamResponse } from '@/lib/server/stream';

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = endpoint({
  GET: (request, { hub }, { visitor }) => streamResponse(request, hub, visitor),
});
