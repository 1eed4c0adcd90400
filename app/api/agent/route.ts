import { served } from '@/lib/server/served';

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = served('/api/agent');
