/** Next calls this once when the server starts, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { startServer } = await import('./lib/server/lifecycle');
  // In development Next's own listener is needed too: it saves the compiler's cache.
  startServer({ alone: process.env.NODE_ENV === 'production' });
}
