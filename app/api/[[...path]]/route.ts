import { missing } from '@/lib/server/endpoint';

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = missing;
