/** The production server under torture: what the torture asks it beside what every test does. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { MessagesAnswer, Stats } from '../lib/contract/schemas';
import { PROJECT, ProductionServer } from '../test/production-server';

/** Whether there is a production build to torture. */
export function isBuilt(): boolean {
  return existsSync(path.join(PROJECT, '.next', 'BUILD_ID'));
}

export class Server extends ProductionServer {
  constructor(root: string, history: string, environment: Record<string, string> = {}) {
    super({ CLAUDESWARM_ROOT: root, SWARM_HISTORY: history, ...environment });
  }

  stats(): Promise<Stats> {
    return this.get('/api/stats');
  }

  /** @param query as in a URL, without its question mark */
  messages(query: string): Promise<MessagesAnswer> {
    return this.get(`/api/messages?${query}`);
  }

  /** Its resident memory in bytes, or null where the system does not say. */
  residentBytes(): number | null {
    try {
      const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
      const match = /^VmRSS:\s+(\d+) kB$/m.exec(status);
      return match ? Number(match[1]) * 1024 : null;
    } catch {
      return null;
    }
  }
}
