/** For tests: serves a route over a real socket, as Next would, with a runtime and settings of the test's own. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { parseConfig } from '../../lib/config/config';
import type { endpoint } from '../../lib/server/api/endpoint';
import { watchConnections } from '../../lib/server/http/request-connection';
import type { Runtime } from '../../lib/swarms/swarm';

interface Served {
  url: string;
  port: number;
  close(): void;
}

const shared = globalThis as Record<symbol, unknown>;

/** Sets what `getConfig` and `getRuntime` give in this process, and forgets how often was asked before. */
export function provide(runtime: Partial<Runtime>, environment: Record<string, string> = {}): void {
  shared[Symbol.for('claude-swarm-dashboard.config')] = parseConfig(environment, '/');
  shared[Symbol.for('claude-swarm-dashboard.limits')] = undefined;
  shared[Symbol.for('claude-swarm-dashboard.runtime')] = { ready: async () => {}, ...runtime };
}

export async function serveRoute(route: ReturnType<typeof endpoint>): Promise<Served> {
  watchConnections();
  const server = createServer(async (incoming, outgoing) => {
    const left = new AbortController();
    outgoing.once('close', () => left.abort());
    const answer = await route[incoming.method as 'GET'](webRequest(incoming, left.signal));
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (!answer.body) return outgoing.end();
    const body = Readable.fromWeb(answer.body as NodeReadableStream);
    body.once('error', () => outgoing.destroy());
    outgoing.once('close', () => body.destroy());
    return body.pipe(outgoing);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api/`,
    port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function webRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { url, method, headers } = incoming;
  const given = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  const body = method === 'GET' || method === 'HEAD' ? null : (Readable.toWeb(incoming) as ReadableStream<Uint8Array>);
  return new Request(new URL(url ?? '/', 'http://localhost'), {
    method,
    headers: given,
    signal,
    body,
    duplex: 'half',
  } as RequestInit);
}
