/**
 * The name of a request's route, for logs and metrics: which of the few things that are served was asked for. Never the
 * path itself: agents' ids, tokens and injected text stand in paths, and every new one would be a new time series.
 */
const OTHER = '(other)';
const ASSET = '(asset)';

const ROUTES = new Set([
  '/',
  '/api/agents',
  '/api/attention',
  '/api/bundle',
  '/api/locks',
  '/api/locks/history',
  '/api/messages',
  '/api/state',
  '/api/stats',
  '/api/stream',
  '/api/talk',
  '/api/timeline',
  '/api/waiting',
  '/health',
  '/metrics',
]);

const WITH_PARAMETERS: readonly [pattern: RegExp, route: string][] = [[/^\/api\/agents\/[^/]+$/, '/api/agents/{id}']];

const METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * @param url as the request line has it, with its query
 * @returns the route's pattern such as `/api/agents/{id}`, `(asset)` for files, `(other)` for what does not exist
 */
export function routeName(url: string): string {
  const end = url.indexOf('?');
  const asked = end < 0 ? url : url.slice(0, end);
  const path = asked.startsWith('/api/v1/') ? `/api/${asked.slice('/api/v1/'.length)}` : asked;
  if (ROUTES.has(path)) return path;
  if (path.startsWith('/_next/static/') || path.startsWith('/static/')) return ASSET;
  return WITH_PARAMETERS.find(([pattern]) => pattern.test(path))?.[1] ?? OTHER;
}

/** @returns the method, `(other)` for one that nothing here has a use for */
export function methodName(method: string): string {
  return METHODS.has(method) ? method : OTHER;
}

/** Whether it is asked for so often, or for so little, that a line each would hide the others. */
export function isMinor(route: string): boolean {
  return route === ASSET || route === '/health' || route === '/metrics';
}
