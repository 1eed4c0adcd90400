/** What a command of a test sends in addition to its body. */
import type { ProductionServer } from './production-server';

/** @returns the headers with which a script may act on this server */
export function commandHeaders(_server: ProductionServer): Record<string, string> {
  return {};
}
