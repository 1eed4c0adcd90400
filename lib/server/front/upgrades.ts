/**
 * Requests that ask for another protocol. As soon as `upgrade` has a listener, Node passes all of them to it, whatever
 * they ask for, and without their bodies. Here only handshakes of WebSockets at the paths of this server get there; all
 * others are answered like any other request (RFC 9110, 7.8), since some clients offer HTTP/2 with each request.
 */
import { channel } from 'node:diagnostics_channel';
import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { routeName } from '../http/route-names';
import { isClosing } from './close-gently';
import { announcesBody } from './request-gate';

/**
 * Answers a handshake.
 *
 * @param response for a refusal, which ends the connection
 * @param head what the client sent right after the handshake
 */
export type UpgradeAnswer = (request: IncomingMessage, response: ServerResponse, head: Buffer) => void;
/** By the names of their paths. */
export type UpgradeRoutes = Readonly<Record<string, UpgradeAnswer>>;

type Listener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
/** Node's parser of a connection. Neither the property of the socket nor the one of the parser is documented. */
type Parser = { onIncoming?: (request: IncomingMessage, keepAlive: boolean) => unknown };

const REQUEST_START = channel('http.server.request.start');

/**
 * Answers handshakes at the given paths.
 *
 * @param options.development Next's own listener gets all other requests. Otherwise it is removed: it leaves connections
 *   open forever without an answer
 */
export function serveUpgrades(server: Server, routes: UpgradeRoutes, { development }: { development: boolean }): void {
  const others = development ? (server.listeners('upgrade') as Listener[]) : [];
  server.removeAllListeners('upgrade');
  if (others.length === 0 && Object.keys(routes).length === 0) return;
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const answer = answerTo(request, routes);
    if (answer !== null) answer(request, beginResponse(server, request, socket), head);
    else if (others.length > 0) for (const other of others) other.call(server, request, socket, head);
    // Only if Node has changed so that `keepOrdinary` has no effect.
    else socket.destroy();
  });
}

/**
 * Lets a connection pass on only the requests that `serveUpgrades` answers; Node treats all others as if nothing listened
 * to `upgrade`. Call it before anything is read from the connection.
 *
 * @param isBusy whether an earlier request of the connection is still open: its answer would end up between the frames
 */
export function keepOrdinary(socket: Socket, routes: UpgradeRoutes, isBusy: (socket: Socket) => boolean): void {
  const { parser } = socket as { parser?: Parser | null };
  const onIncoming = parser?.onIncoming;
  if (!parser || onIncoming === undefined) return;
  parser.onIncoming = (request, keepAlive) => {
    const mayUpgrade = request.method === 'CONNECT' || (answerTo(request, routes) !== null && !isBusy(socket));
    if (!mayUpgrade) Object.assign(request, { upgrade: false });
    return onIncoming.call(parser, request, keepAlive);
  };
}

function answerTo(request: IncomingMessage, routes: UpgradeRoutes): UpgradeAnswer | null {
  const { method, headers, httpVersion, url = '' } = request;
  const isHandshake = method === 'GET' && httpVersion === '1.1' && headers.upgrade?.toLowerCase() === 'websocket';
  if (!isHandshake || announcesBody(request) || isClosing(request.socket)) return null;
  const name = routeName(url);
  return Object.hasOwn(routes, name) ? (routes[name] ?? null) : null;
}

/** Begins a request as Node does for those that it answers itself, so that it is checked, logged and counted like them. */
function beginResponse(server: Server, request: IncomingMessage, socket: Socket): ServerResponse {
  // Node has removed its own listeners. Without one, a connection that breaks would end the process.
  socket.on('error', () => socket.destroy());
  const response = new ServerResponse(request);
  // Node does not read a further request from this connection.
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => socket.destroySoon());
  REQUEST_START.publish({ request, response, socket, server });
  return response;
}
