import type { AgentHealth } from '../contract/schemas';

/**
 * @returns the word for a health on the page: a process that runs may be idle, so that `active` would claim more than is
 *   known
 */
export function healthWord(health: AgentHealth): string {
  return health === 'active' ? 'running' : health;
}
