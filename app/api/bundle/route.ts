import { bundleResponse, parseBundleRequest } from '@/lib/server/bundle';
import { endpoint } from '@/lib/server/endpoint';

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = endpoint(
  {
    GET: (request, runtime) => bundleResponse(runtime, parseBundleRequest(new URL(request.url).searchParams)),
  },
  { limit: 'exports' },
);
