/**
 * The network connection of a request. Route handlers see a web `Request`, which knows neither its peer nor its
 * socket, so Node's own diagnostics channel marks each request with an id under which they are found again.
 */
import { randomUUID } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export const CONNECTION_HEADER = 'x-swarm-connection';

export interface Connection {
  /** The peer's address; undefined if it is gone. */
  readonly remoteAddress: string | undefined;
  /** What the server listens on, as it says itself: `next start` is not told by any setting. */
  readonly boundAddress: string | null;
  /** How many `Host` headers came: Node gives the first and hides the others. */
  readonly hostCount: number;
  /** Leads from an answer (`X-Request-Id`) to its line in the log. */
  readonly requestId: string;
  readonly socket: Socket;
  readonly response: ServerResponse;
}

/** What Node publishes on `http.server.request.start`. */
interface RequestStart {
  request: IncomingMessage;
  response: ServerResponse;
  socket: Socket;
  server: Server;
}

/** Short, since a person copies it; the beginning tells processes apart that write to one log. */
const ids = { process: randomUUID().slice(0, 8), next: 1 };

const CONNECTIONS = Symbol.for('claude-swarm-dashboard.connections');
// One process holds several copies of this module: the one in instrumentation writes, those in the routes read.
const shared = globalThis as { [CONNECTIONS]?: Map<string, Connection> };

/**
 * Starts marking requests, once per process; to be called before the first request.
 *
 * @param onRequest takes each request as it begins
 */
export function watchConnections(onRequest?: (request: IncomingMessage, connection: Connection) => void): void {
  if (shared[CONNECTIONS]) return;
  const connections = new Map<string, Connection>();
  shared[CONNECTIONS] = connections;
  subscribe('http.server.request.start', (message) => {
    const { request, response, socket, server } = message as RequestStart;
    const id = randomUUID();
    // This replaces what a client may have sent under the same name.
    request.headers[CONNECTION_HEADER] = id;
    const connection: Connection = {
      remoteAddress: socket.remoteAddress,
      boundAddress: boundAddress(server),
      hostCount: request.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length,
      requestId: `${ids.process}-${(ids.next++).toString(36)}`,
      socket,
      response,
    };
    connections.set(id, connection);
    // An id that the client sent is not taken over: it would choose what stands in the log.
    response.setHeader('X-Request-Id', connection.requestId);
    response.once('close', () => connections.delete(id));
    onRequest?.(request, connection);
  });
}

/** @returns the connection of an unanswered request, null where it is not known. */
export function connectionOf(headers: Headers): Connection | null {
  return shared[CONNECTIONS]?.get(headers.get(CONNECTION_HEADER) ?? '') ?? null;
}

/** Resolves when the requests that are open now are answered or gone. */
export async function allAnswered(): Promise<void> {
  const open = [...(shared[CONNECTIONS]?.values() ?? [])];
  await Promise.all(open.map(({ response }) => once(response, 'close')));
}

/** Null for a pipe, and after the server has stopped listening. */
function boundAddress(server: Server): string | null {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.address : null;
}
