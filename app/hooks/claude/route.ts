import { routeHandlers } from '@/lib/server/api/route-file';

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = routeHandlers();
