/** The production server with requests that only the torture needs. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseCursor } from '../lib/contract/events';
import type { MessagesAnswer, Stats } from '../lib/contract/schemas';
import { PROJECT, ProductionServer } from '../test/support/production-server';
import type { Received } from './torture-checks';
import { receivedOf } from './torture-follower';

/** Whether there is a production build. */
export function isBuilt(): boolean {
  return existsSync(path.join(PROJECT, '.next', 'BUILD_ID'));
}

export class Server extends ProductionServer {
  /** @param onOutput as for `ProductionServer` */
  constructor(
    root: string,
    history: string,
    environment: Record<string, string> = {},
    onOutput: ((text: string) => void) | null = null,
  ) {
    super({ CLAUDESWARM_ROOT: root, SWARM_HISTORY: history, ...environment }, '127.0.0.1', onOutput);
  }

  stats(): Promise<Stats> {
    return this.get('/api/stats');
  }

  /** @param query as in a URL, without its question mark */
  messages(query: string): Promise<MessagesAnswer> {
    return this.get(`/api/messages?${query}`);
  }

  /** All recorded messages, read page by page to the beginning, and from there forward again. */
  async history(): Promise<{ backwards: Received[]; forwards: Received[] }> {
    let page = await this.messages('limit=1000');
    const pages = [page.messages.map(receivedOf)];
    let oldest = page.next_cursor;
    while (page.previous_cursor !== null) {
      page = await this.messages(`limit=1000&before=${page.previous_cursor}`);
      pages.unshift(page.messages.map(receivedOf));
      oldest = page.next_cursor;
    }
    const epoch = parseCursor(oldest)?.epoch;
    const backwards = pages.flat();
    const forwards = backwards.slice(0, 1);
    let cursor = `${epoch}.${forwards[0]?.seq ?? 0}`;
    for (;;) {
      page = await this.messages(`limit=1000&after=${cursor}`);
      if (page.count === 0) return { backwards, forwards };
      for (const message of page.messages) forwards.push(receivedOf(message));
      cursor = page.next_cursor;
    }
  }

  /** Its resident memory in bytes; null if the system does not say. */
  residentBytes(): number | null {
    try {
      const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
      const match = /^VmRSS:\s+(\d+) kB$/m.exec(status);
      return match ? Number(match[1]) * 1024 : null;
    } catch {
      return null;
    }
  }

  /** The number of its open event streams, from its metrics. */
  openStreams(): Promise<number> {
    return this.#metric(/^claude_swarm_streams_open (\d+)$/m);
  }

  /** The number of messages deleted by the retention since its start, from its metrics. */
  pruned(): Promise<number> {
    return this.#metric(/^claude_swarm_history_pruned_total\{kind="messages"\} (\d+)$/m);
  }

  async #metric(line: RegExp): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    return Number(line.exec(text)?.[1]);
  }
}
