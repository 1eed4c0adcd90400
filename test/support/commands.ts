/** For tests: what a command needs in addition to its body. */
import type { ProductionServer } from './production-server';

/** @returns the headers with which a server takes commands */
export function commandHeaders(_server: ProductionServer): Record<string, string> {
  return {};
}
