/**
 * Answers the paths that must work under load, `/health`, the stream, hooks and the present state, in front of Next. The
 * checks are those of every route, since the answer comes from the same table. Next alone costs 1 to 2 ms of processor
 * time per request, so a few hundred clients that reconnect in a loop would delay everything by seconds
 * (docs/decisions/0063-reconnects.md).
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import Negotiator from 'negotiator';
import type { Method, Route } from '../http/methods';
import { routeName } from '../http/route-names';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;
export type DirectAnswer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Handlers that answer one method of a path directly, by the name of the path. Only for paths without parameters. */
export type DirectRoutes = Readonly<Record<string, { method: Method; answer: DirectAnswer }>>;

/** Shorter answers are not compressed, as in Next. */
const MIN_COMPRESSED_BYTES = 1024;

const compress = promisify(gzip);

/**
 * Adds routes in front of the current request listeners of a server. GET with a body is left to those.
 *
 * @param routes by their paths in the contract; each also answers `/api/v1/<x>`
 */
export function answerDirectly(server: Server, routes: DirectRoutes): void {
  const listeners = server.listeners('request') as Listener[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const answer = answerFor(request, routes);
    // Fails if the client leaves before the answer is complete.
    if (answer) answer(request, response).catch(() => response.destroy());
    else for (const listener of listeners) listener.call(server, request, response);
  });
}

function answerFor({ method, url = '', headers }: IncomingMessage, routes: DirectRoutes): DirectAnswer | null {
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  if (method === 'GET' && hasBody) return null;
  const name = routeName(url);
  const direct = Object.hasOwn(routes, name) ? routes[name] : undefined;
  return direct !== undefined && direct.method === method ? direct.answer : null;
}

/** @returns a handler that answers one method of a route directly; the answer is sent as a whole, so it is not for streams */
export function throughRoute(route: Route): DirectAnswer {
  return async (request, response) => {
    await sendWhole(await route(webRequest(request)), response);
  };
}

/** Sends an answer whose body is complete; a long one is compressed with gzip for clients that accept it. */
export async function sendWhole(given: Response, response: ServerResponse): Promise<void> {
  const body = Buffer.from(await given.arrayBuffer());
  response.statusCode = given.status;
  // Not `writeHead`: Node announces the length of a body only if no head was written before its end.
  response.setHeaders(given.headers);
  const isLong = body.length >= MIN_COMPRESSED_BYTES;
  const isCompressed = isLong && acceptsGzip(response.req);
  if (isLong) response.appendHeader('vary', 'accept-encoding');
  if (isCompressed) response.setHeader('content-encoding', 'gzip');
  response.end(isCompressed ? await compress(body) : body);
}

function acceptsGzip(request: IncomingMessage): boolean {
  return new Negotiator(request).encoding(['gzip', 'identity']) === 'gzip';
}

function webRequest(request: IncomingMessage): Request {
  const { url = '/', method = 'GET', headers } = request;
  const given = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  const options = { method, headers: given };
  if (method === 'GET') return new Request(new URL(url, 'http://localhost'), options);
  // Read by the route, after the access check.
  const body = Readable.toWeb(request) as ReadableStream<Uint8Array>;
  return new Request(new URL(url, 'http://localhost'), { ...options, body, duplex: 'half' } as RequestInit);
}
