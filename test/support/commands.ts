/** How tests send commands to a server. */
import type { ProductionServer } from './production-server';

/** @returns the headers with which a command is accepted */
export function commandHeaders(_server: ProductionServer): Record<string, string> {
  return {};
}
