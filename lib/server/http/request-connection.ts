/**
 * The network connection of a request. Route handlers see a web `Request`, which knows neither its peer nor its
 * socket, so Node's own diagnostics channel marks each request with an id under which they are found again.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { API_ROOT, isMethod, kindOfPath, type PathKind, withDotsInQuery } from './route-names';

export const CONNECTION_HEADER = 'x-swarm-connection';

/** The headers of a request, web's or `plainHeaders`. */
export type HeaderReader = Pick<Headers, 'get'>;

export interface RequestConnection {
  /** The peer's address; undefined if it is gone. */
  readonly remoteAddress: string | undefined;
  /** What the server listens on, as it says itself: `next start` is not told by any setting. */
  readonly boundAddress: string | null;
  /** How many `Host` headers came: Node gives the first and hides the others. */
  readonly hostCount: number;
  /** Leads from an answer (`X-Request-Id`) to its line in the log. */
  readonly requestId: string;
  /** What came as `X-Forwarded-For`, null if nothing did. */
  readonly forwardedFor: string | null;
  /** A header that says the request was forwarded, as the client wrote its name; null where none does. */
  readonly forwardedBy: string | null;
  /** The length of the path and the query as the client wrote them. */
  readonly urlBytes: number;
  /** The path is not percent-encoded UTF-8. */
  readonly malformedPath: boolean;
  /** What the path as the client wrote it leads to. */
  readonly kind: PathKind;
  /** The method, where what was asked for has nothing for it; null for all others. */
  readonly refusedMethod: RefusedMethod | null;
  readonly socket: Socket;
  readonly response: ServerResponse;
  /** Runs something outside of the request: what is begun within one keeps all that Next remembers of it. */
  readonly outside: (run: () => void) => void;
  /** Who listens to the response from before Next has seen it: this code alone. */
  readonly ownListeners: readonly unknown[];
}

/**
 * Next answers a bare 500 where a file does not meet one of them. Nothing here is so large that a part of it need be asked
 * for, nor can it be changed.
 */
const IGNORED_HEADERS = ['range', 'if-match', 'if-unmodified-since'];

interface RefusedMethod {
  /** As it was written. */
  name: string;
  /** What would be possible, null where the route knows. */
  allow: string | null;
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
const shared = globalThis as { [CONNECTIONS]?: Map<string, RequestConnection> };

/**
 * Starts marking requests, once per process; to be called before the first request.
 *
 * @param onRequest takes each request as it begins
 */
export function watchConnections(onRequest?: (request: IncomingMessage, connection: RequestConnection) => void): void {
  if (shared[CONNECTIONS]) return;
  const connections = new Map<string, RequestConnection>();
  shared[CONNECTIONS] = connections;
  const outside = AsyncLocalStorage.snapshot();
  subscribe('http.server.request.start', (message) => {
    const { request, response, socket, server } = message as RequestStart;
    // What else was read at once from a connection that is closed already; there may be thousands.
    if (socket.destroyed) return;
    const id = randomUUID();
    const written = request.url ?? '';
    const malformedPath = isMalformed(written);
    const kind = kindOfPath(written);
    // Next fails before it calls any route for such a path below /api. The route of paths that do not exist says what
    // is wrong.
    if (malformedPath) request.url = /^([^?%]*?\/api)\//.exec(written)?.[1] ?? written;
    else request.url = withDotsInQuery(written);
    // Next fails on a target that is neither a path nor a whole address.
    if (!/^(\/|https?:\/\/)/i.test(written)) request.url = `${API_ROOT}/*`;
    // This replaces what a client may have sent under the same name.
    request.headers[CONNECTION_HEADER] = id;
    for (const name of IGNORED_HEADERS) delete request.headers[name];
    const ownListeners: unknown[] = [];
    const connection: RequestConnection = {
      remoteAddress: socket.remoteAddress,
      boundAddress: boundAddress(server),
      ...readHeaders(request),
      urlBytes: Buffer.byteLength(written),
      malformedPath,
      kind,
      refusedMethod: refusedMethod(request.method ?? '', kind),
      requestId: `${ids.process}-${(ids.next++).toString(36)}`,
      socket,
      response,
      outside,
      ownListeners,
    };
    connections.set(id, connection);
    // An id that the client sent is not taken over: it would choose what stands in the log.
    response.setHeader('X-Request-Id', connection.requestId);
    response.once('close', () => connections.delete(id));
    // Node says nothing to a response that waits behind another one when their connection closes.
    request.once('close', () => {
      if (socket.destroyed && response.socket === null && !response.closed) response.emit('close');
    });
    onRequest?.(request, connection);
    if (connection.refusedMethod) lead(request, connection.refusedMethod);
    ownListeners.push(...response.rawListeners('close'));
  });
}

/** A proxy adds one of these, or several. Nobody who asks from this computer does. */
const FORWARDED = /^(forwarded|via|x-real-ip|x-forwarded-.*)$/;

/** Reads what the client sent: Next adds forwarding headers of its own to what routes see. */
function readHeaders({ rawHeaders, headers }: IncomingMessage) {
  const names = rawHeaders.filter((_, index) => index % 2 === 0);
  const forwardedFor = headers['x-forwarded-for'];
  return {
    hostCount: names.filter((name) => name.toLowerCase() === 'host').length,
    forwardedFor: typeof forwardedFor === 'string' ? forwardedFor : null,
    forwardedBy: names.find((name) => FORWARDED.test(name.toLowerCase())) ?? null,
  };
}

/**
 * Next fails on methods that it does not know, shows a page whatever the method, and fails on files for all but GET. So a
 * page or a file is only for reading, and other methods than those of routes are for nothing.
 */
function refusedMethod(method: string, kind: PathKind): RefusedMethod | null {
  if (method === 'GET' || method === 'HEAD') return null;
  if (kind === 'page') return { name: method, allow: 'GET, HEAD' };
  return isMethod(method) ? null : { name: method, allow: null };
}

/** Leads to a route that refuses by itself, under a method that Next knows: no route does anything for a refused one. */
function lead(request: IncomingMessage, { allow }: RefusedMethod): void {
  request.method = 'DELETE';
  if (allow !== null) request.url = API_ROOT;
}

function isMalformed(url: string): boolean {
  if (!url.includes('%')) return false;
  try {
    decodeURIComponent(url.split('?', 1)[0] ?? '');
    return false;
  } catch {
    return true;
  }
}

/** @returns Node's own headers as web's are read, without what making those costs */
export function plainHeaders(headers: IncomingHttpHeaders): HeaderReader {
  return {
    get: (name) => {
      const value = headers[name.toLowerCase()];
      return value === undefined ? null : String(value);
    },
  };
}

/** @returns the connection of an unanswered request, null where it is not known. */
export function connectionOf(headers: HeaderReader): RequestConnection | null {
  return shared[CONNECTIONS]?.get(headers.get(CONNECTION_HEADER) ?? '') ?? null;
}

/** @returns what a request was for, before it was led elsewhere */
export function pathKind({ headers, url = '' }: IncomingMessage): PathKind {
  return shared[CONNECTIONS]?.get(String(headers[CONNECTION_HEADER]))?.kind ?? kindOfPath(url);
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
