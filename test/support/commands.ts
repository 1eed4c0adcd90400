/** What requests of commands need, for tests. */
import type { ProductionServer } from './production-server';

/** @returns the headers with which a server accepts commands */
export function commandHeaders(server: Pick<ProductionServer, 'url'>): Record<string, string> {
  return { origin: new URL(server.url).origin };
}
