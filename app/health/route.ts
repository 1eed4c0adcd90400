import { endpoint, jsonResponse } from '@/lib/server/endpoint';
import { requireReady } from '@/lib/server/phase';

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = endpoint(
  {
    GET: ({ url }, runtime) => {
      if (new URL(url).searchParams.has('ready')) requireReady();
      return jsonResponse(JSON.stringify(runtime.health()));
    },
  },
  { probe: true },
);
