import type { Instrumentation } from 'next';

/** Next calls this once when the server starts, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { startServer } = await import('./lib/server/lifecycle');
  // In development Next's own listener is needed too: it saves the compiler's cache.
  startServer({ alone: process.env.NODE_ENV === 'production' });
}

/** Next calls this with what a page or a route threw and nobody caught. */
export const onRequestError: Instrumentation.onRequestError = async (error, _request, { routePath, routeType }) => {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { reportError } = await import('./lib/server/api/report-error');
  reportError(routeType, error, routePath);
};
