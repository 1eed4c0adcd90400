import { openApiDocument } from '@/lib/contract/openapi';
import { endpoint, jsonResponse } from '@/lib/server/endpoint';
import packageJson from '@/package.json';

let json: string | null = null;

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = endpoint({
  GET: () => {
    json ??= JSON.stringify(openApiDocument(packageJson.version));
    return jsonResponse(json);
  },
});
