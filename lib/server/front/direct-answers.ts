/**
 * Answers the paths that must work under load, `/health`, the stream, hooks, and the present state for programs, in front
 * of Next. The checks are those of every route, since the answer comes from the same table. Next alone costs 1 to 2 ms of
 * processor time per request, so a few hundred clients that reconnect in a loop would delay everything by seconds
 * (docs/decisions/0063-reconnects.md).
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Method, Route } from '../http/methods';
import { routeName } from '../http/route-names';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;
export type DirectAnswer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Handlers that answer one method of a path directly, by the name of the path. Only for paths without parameters. */
export type DirectRoutes = Readonly<Record<string, DirectRoute>>;

interface DirectRoute {
  method: Method;
  answer: DirectAnswer;
  /** Requests whose client accepts a compressed answer are left to Next. */
  unlessCompressed?: boolean;
}

const COMPRESSION = /\b(?:gzip|deflate|br)\b|\*/i;

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
  if (direct === undefined || direct.method !== method) return null;
  const isCompressed = direct.unlessCompressed === true && COMPRESSION.test(String(headers['accept-encoding'] ?? ''));
  return isCompressed ? null : direct.answer;
}

/** @returns a handler that answers one method of a route directly; the answer is sent as a whole, so it is not for streams */
export function throughRoute(route: Route): DirectAnswer {
  return async (request, response) => {
    await sendWhole(await route(webRequest(request)), response);
  };
}

/** Sends an answer whose body is complete. */
export async function sendWhole(given: Response, response: ServerResponse): Promise<void> {
  response.writeHead(given.status, Object.fromEntries(given.headers));
  response.end(Buffer.from(await given.arrayBuffer()));
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
