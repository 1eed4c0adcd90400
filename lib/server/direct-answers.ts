/**
 * Answers the paths that must hold out under load, `/health` and the stream, in front of Next. The checks are those of
 * every route: the answer comes from the same table. Next alone costs 1 to 2 ms of processor time for a request, so
 * some hundred clients that reconnect in a loop would make everybody wait for seconds
 * (docs/decisions/0063-reconnects.md).
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { isDetaching } from './detached-response';
import type { Route } from './methods';
import { problemResponse } from './problem';
import { routeName } from './route-names';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** What is answered directly, by the name of its path. Only GET, and only what has no parameters in its path. */
export type DirectRoutes = Readonly<Record<string, Route>>;

/**
 * Puts routes in front of the listeners for requests that a server has now. A request with a body is left to them.
 *
 * @param routes by their paths in the contract; each answers `/api/v1/<x>` too
 */
export function answerDirectly(server: Server, routes: DirectRoutes): void {
  const listeners = server.listeners('request') as Listener[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const route = routeFor(request, routes);
    if (route) void answer(route, request, response);
    else for (const listener of listeners) listener.call(server, request, response);
  });
}

function routeFor({ method, url = '', headers }: IncomingMessage, routes: DirectRoutes): Route | null {
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  if (method !== 'GET' || hasBody) return null;
  const name = routeName(url);
  return Object.hasOwn(routes, name) ? (routes[name] as Route) : null;
}

async function answer(route: Route, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const given = await route(webRequest(request)).catch(problemResponse);
    response.writeHead(given.status, Object.fromEntries(given.headers));
    if (isDetaching(response)) response.end();
    else if (!isStream(given)) response.end(Buffer.from(await given.arrayBuffer()));
    else await pipeline(Readable.fromWeb(given.body as NodeReadableStream), response);
  } catch {
    // The client left in the middle of it.
    response.destroy();
  }
}

function isStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') ?? false;
}

function webRequest({ url = '/', headers }: IncomingMessage): Request {
  const given = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  return new Request(new URL(url, 'http://localhost'), { headers: given });
}
