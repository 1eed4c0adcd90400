/** What requests of commands need, for tests. */
import type { ProductionServer } from './production-server';

/** @returns the header with which a server accepts commands */
export function commandHeaders(server: Pick<ProductionServer, 'operatorKey'>): Record<string, string> {
  return { Authorization: `Bearer ${server.operatorKey}` };
}
