import { endpoint } from '@/lib/server/endpoint';
import { metrics } from '@/lib/server/metrics';

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = endpoint({
  GET: async () => {
    const { registry } = metrics();
    return new Response(await registry.metrics(), { headers: { 'Content-Type': registry.contentType } });
  },
});
