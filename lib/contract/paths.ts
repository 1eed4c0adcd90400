/**
 * The paths of all endpoints. Apart from `routes.ts`, which describes them: that module is as large as the API, and code that
 * only matches a path needs none of it.
 */
export const PATHS = [
  '/api/agents',
  '/api/locks',
  '/api/messages',
  '/api/stats',
  '/api/attention',
  '/api/attention/{id}',
  '/api/attention/{id}/ack',
  '/api/attention/{id}/snooze',
  '/api/waiting',
  '/api/stream',
  '/api/state',
  '/api/timeline',
  '/api/agents/{id}',
  '/api/agent',
  '/api/locks/history',
  '/api/talk',
  '/api/bundle',
  '/health',
  '/metrics',
  '/openapi.json',
] as const;
/** With `{name}` for a part that varies. */
export type Path = (typeof PATHS)[number];

/** Pages for people, which are not part of the API's document. */
export const PAGES = ['/', '/docs', '/redoc'] as const;
