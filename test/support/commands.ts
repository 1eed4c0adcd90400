/** How tests send commands to a server. */
import type { ProductionServer } from './production-server';

/** @returns the headers with which a command is accepted */
export function commandHeaders(server: ProductionServer): Record<string, string> {
  return { origin: server.origin };
}
