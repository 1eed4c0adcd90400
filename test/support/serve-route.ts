/** For tests: serves a route over a real socket, as Next would, with the runtime and the settings of the test. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { parseConfig } from '../../lib/config/config';
import { AGENTS_PATH } from '../../lib/contract/paths';
import { createAccess } from '../../lib/server/access/access-context';
import { declare, type Endpoint } from '../../lib/server/api/endpoint';
import { createServerContext, type ServerContext } from '../../lib/server/api/server-context';
import type { Method, Route } from '../../lib/server/http/methods';
import { watchConnections } from '../../lib/server/http/request-connection';
import type { Runtime } from '../../lib/swarms/swarm';

interface Served {
  url: string;
  port: number;
  close(): void;
}

/**
 * Creates what endpoints answer from, over a part of a runtime and settings of the test's own; no limit is used yet.
 */
export function contextFor(runtime: Partial<Runtime> = {}, environment: Record<string, string> = {}): ServerContext {
  const whole = { ready: async () => {}, terminals: null, ...runtime } as Runtime;
  // Not the key of the user who runs the tests.
  const settings = { OPERATOR_KEY_FILE: '/none/operator-key', ...environment };
  return createServerContext(createAccess(parseConfig(settings, '/')), {
    runtime: whole,
    version: '1.0.0',
    endpoints: [],
  });
}

/** Declares an endpoint that only a test has. */
export function endpointFor(answerTo: Endpoint['answerTo'], more: Partial<Endpoint> = {}): Endpoint {
  const about = { path: AGENTS_PATH, scope: 'read', tag: 'Now', id: 'test', summary: '', answer: 'agents' } as const;
  return declare({ ...about, ...more, answerTo });
}

export async function serveRoute(route: Record<Method, Route>): Promise<Served> {
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
