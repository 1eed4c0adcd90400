/** What requests of commands need, for tests. */
import type { ProductionServer } from './production-server';

/** @returns the headers with which a server accepts commands */
export function commandHeaders(server: Pick<ProductionServer, 'commandHeaders'>): Record<string, string> {
  return server.commandHeaders;
}
