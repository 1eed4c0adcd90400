/**
 * The network connection of a request. Route handlers get a web `Request`, which has no access to its peer or its
 * socket. So each request is marked, through Node's diagnostics channel, with an id by which its connection is found.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { API_ROOT, isMethod, kindOfPath, type PathKind, withDotsInQuery } from './route-names';

export const CONNECTION_HEADER = 'x-swarm-connection';

/** The headers of a request: the web's `Headers` or `plainHeaders`. */
export type HeaderReader = Pick<Headers, 'get'>;

export interface RequestConnection {
  /** The peer's address; undefined if the connection is closed. */
  readonly remoteAddress: string | undefined;
  /** The address that the server listens on, from the server itself: `next start` passes it in no setting. */
  readonly boundAddress: string | null;
  /** The number of `Host` headers. Node shows only the first one. */
  readonly hostCount: number;
  /** The id of the request in the answer (`X-Request-Id`) and in the log. */
  readonly requestId: string;
  /** The value of `X-Forwarded-For`; null if there is none. */
  readonly forwardedFor: string | null;
  /** The name of a header that shows that the request was forwarded, as the client wrote it; null if there is none. */
  readonly forwardedBy: string | null;
  /** The length of the path and the query as the client wrote them, in bytes. */
  readonly urlBytes: number;
  /** Whether the path is not percent-encoded UTF-8. */
  readonly malformedPath: boolean;
  /** The kind of target that the path, as the client wrote it, leads to. */
  readonly kind: PathKind;
  /** The method, if the target does not support it; null otherwise. */
  readonly refusedMethod: RefusedMethod | null;
  readonly socket: Socket;
  readonly response: ServerResponse;
  /**
   * Runs a function outside of the request's context. Anything started within it would keep everything that Next stores
   * for the request.
   */
  readonly outside: (run: () => void) => void;
  /** The listeners of the response that were added before Next saw it: only those of this project. */
  readonly ownListeners: readonly unknown[];
}

/**
 * Headers with conditions that Next answers with a bare 500 if a file does not meet them. They are not needed: no file
 * is so large that only a part of it would be requested, and files can't be changed.
 */
const IGNORED_HEADERS = ['range', 'if-match', 'if-unmodified-since'];

interface RefusedMethod {
  /** The method as the client wrote it. */
  name: string;
  /** The methods that the target supports; null if the route knows them. */
  allow: string | null;
}

/** What Node publishes on `http.server.request.start`. */
interface RequestStart {
  request: IncomingMessage;
  response: ServerResponse;
  socket: Socket;
  server: Server;
}

/** Short, since people copy it. The first part identifies the process, as several may write to one log. */
const ids = { process: randomUUID().slice(0, 8), next: 1 };

const CONNECTIONS = Symbol.for('claude-swarm-dashboard.connections');
// One process has several copies of this module: the copy in instrumentation writes, those in the routes read.
const shared = globalThis as { [CONNECTIONS]?: Map<string, RequestConnection> };

/**
 * Starts to mark requests, once per process. Call it before the first request.
 *
 * @param onRequest receives each request when it begins
 */
export function watchConnections(onRequest?: (request: IncomingMessage, connection: RequestConnection) => void): void {
  if (shared[CONNECTIONS]) return;
  const connections = new Map<string, RequestConnection>();
  shared[CONNECTIONS] = connections;
  const outside = AsyncLocalStorage.snapshot();
  subscribe('http.server.request.start', (message) => {
    const { request, response, socket, server } = message as RequestStart;
    // Skips requests that Node has read in advance from a connection that is closed by now. There may be thousands.
    if (socket.destroyed) return;
    const id = randomUUID();
    const written = request.url ?? '';
    const malformedPath = isMalformed(written);
    const kind = kindOfPath(written);
    // For such a path below /api, Next fails before it calls any route. The route for unknown paths explains what is
    // wrong.
    if (malformedPath) request.url = /^([^?%]*?\/api)\//.exec(written)?.[1] ?? written;
    else request.url = withDotsInQuery(written);
    // Next fails on a target that is neither a path nor an absolute URL.
    if (!/^(\/|https?:\/\/)/i.test(written)) request.url = `${API_ROOT}/*`;
    // This replaces a header of the same name that the client may have sent.
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
    // An id from the client is not used, since the client would decide what is written to the log.
    response.setHeader('X-Request-Id', connection.requestId);
    response.once('close', () => connections.delete(id));
    // Node does not notify a response that waits behind another one when their connection closes.
    request.once('close', () => {
      if (socket.destroyed && response.socket === null && !response.closed) response.emit('close');
    });
    onRequest?.(request, connection);
    if (connection.refusedMethod) lead(request, connection.refusedMethod);
    ownListeners.push(...response.rawListeners('close'));
  });
}

/** A proxy adds one or several of these. A client on this computer adds none. */
const FORWARDED = /^(forwarded|via|x-real-ip|x-forwarded-.*)$/;

/** Reads what the client sent: Next adds its own forwarding headers to what routes see. */
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
 * Next fails on unknown methods, renders a page for every method, and fails on files for all methods except GET. So
 * pages and files can only be read, and methods that no route uses are refused.
 */
function refusedMethod(method: string, kind: PathKind): RefusedMethod | null {
  if (method === 'GET' || method === 'HEAD') return null;
  if (kind === 'page') return { name: method, allow: 'GET, HEAD' };
  return isMethod(method) ? null : { name: method, allow: null };
}

/**
 * Directs a request to a route that refuses it, under a method that Next knows. Routes run no handler for a refused
 * method.
 */
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

/** @returns Node's headers with the interface of the web's `Headers`, without the cost of creating one */
export function plainHeaders(headers: IncomingHttpHeaders): HeaderReader {
  return {
    get: (name) => {
      const value = headers[name.toLowerCase()];
      return value === undefined ? null : String(value);
    },
  };
}

/** @returns the connection of an unanswered request; null if it is not known */
export function connectionOf(headers: HeaderReader): RequestConnection | null {
  return shared[CONNECTIONS]?.get(headers.get(CONNECTION_HEADER) ?? '') ?? null;
}

/** @returns the kind of target that a request had before it was redirected internally */
export function pathKind({ headers, url = '' }: IncomingMessage): PathKind {
  return shared[CONNECTIONS]?.get(String(headers[CONNECTION_HEADER]))?.kind ?? kindOfPath(url);
}

/** Resolves when the requests that are open now are answered or closed. */
export async function allAnswered(): Promise<void> {
  const open = [...(shared[CONNECTIONS]?.values() ?? [])];
  await Promise.all(open.map(({ response }) => once(response, 'close')));
}

/** Null for a pipe, and after the server has stopped listening. */
function boundAddress(server: Server): string | null {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.address : null;
}
