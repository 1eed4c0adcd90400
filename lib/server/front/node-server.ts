/** Sets up Node's server where `next start` has no setting. */
import { subscribe } from 'node:diagnostics_channel';
import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { getConfig } from '../../config/config';
import { routeName } from '../http/route-names';
import { answerDirectly, type DirectRoutes } from './direct-answers';
import { announcesBody, gateRequests } from './request-gate';
import { keepOrdinary, serveUpgrades, type UpgradeRoutes } from './upgrades';

/**
 * The number of connections that may wait to be accepted. The system allows no more than its own setting (4096 on
 * Linux).
 */
const QUEUE = 4096;
/** How long a client may take nothing of an answer, and how long a connection may stay open without a request. */
export const PROGRESS_TIMEOUT_MS = 60_000;

interface SettleOptions {
  /** Whether Next's development server runs. It uses other protocols too, and reads bodies that its page sends. */
  development: boolean;
  /** The routes that are answered in front of Next. */
  direct?: DirectRoutes;
  /** The handshakes that are answered. */
  upgrades?: UpgradeRoutes;
  /** The bytes that bodies may have, by the name of their path. */
  bodyLimits?: Readonly<Record<string, number>>;
  progressTimeoutMs?: number;
}

/** Sets up each server of this process: now, or at its first connection, before anything is read from that. */
export function settleServers(options: SettleOptions): void {
  const settled = new WeakMap<Server, Settled>();
  const settleOnce = (server: unknown): void => {
    if (!(server instanceof Server) || settled.has(server)) return;
    settled.set(server, settle(server, options));
  };
  const handles = activeHandles();
  for (const handle of handles) settleOnce(handle);
  for (const handle of handles) if (handle instanceof Socket) settleEarly(handle, options);
  subscribe('net.server.socket', (message) => {
    const { socket } = message as { socket: ServerSocket };
    if (!(socket.server instanceof Server)) return;
    if (!settled.has(socket.server)) {
      settleOnce(socket.server);
      socket.setTimeout(socket.server.timeout);
    }
    settled.get(socket.server)?.onConnection(socket);
  });
  subscribe('http.server.request.start', (message) => {
    (message as { response: ServerResponse }).response.on('timeout', dropStalled);
  });
}

/** What a settled server does with each new connection, before anything is read from it. */
interface Settled {
  onConnection(socket: Socket): void;
}

type ServerSocket = Socket & { server?: unknown; parser?: { incoming?: IncomingMessage | null } | null };

function settle(server: Server, options: SettleOptions): Settled {
  const { development, direct = {}, upgrades = {}, bodyLimits = {} } = options;
  const { progressTimeoutMs = PROGRESS_TIMEOUT_MS } = options;
  lengthenQueue(server);
  serveUpgrades(server, upgrades, { development });
  server.timeout = socketTimeout(progressTimeoutMs);
  answerDirectly(server, direct);
  // Also in front of the routes that are answered directly: the gate passes on one request per connection at a time.
  const isBusy = gateRequests(server, {
    development,
    maxBytes: (url) => bodyLimits[routeName(url)] ?? getConfig().bodyBytes,
  });
  return {
    onConnection(socket) {
      // Next's development server answers all requests of its own that ask for another protocol.
      if (!development) keepOrdinary(socket, upgrades, isBusy);
    },
  };
}

/** Handles a connection that was accepted before the gate existed. Clients that wait for the start send no body. */
function settleEarly(socket: ServerSocket, { progressTimeoutMs = PROGRESS_TIMEOUT_MS }: SettleOptions): void {
  if (!(socket.server instanceof Server)) return;
  const request = socket.parser?.incoming;
  if (request && announcesBody(request)) socket.destroy();
  else socket.setTimeout(socketTimeout(progressTimeoutMs));
  keepOrdinary(socket, {}, () => true);
}

/**
 * The socket's timeout: how long nothing is sent or received. A stream sends every second. Node lets the timeout expire
 * twice if the system has accepted a part of the last write, so a client is dropped after one to two halves.
 */
function socketTimeout(progressTimeoutMs: number): number {
  return progressTimeoutMs / 2;
}

/** Node keeps a connection if there is a listener for its timeout, so an answer may take long to begin. */
function dropStalled(socket: Socket): void {
  if (socket.writableLength > 0) socket.destroy();
}

/** Next starts to listen before it calls any code of this project, and gives no access to its server. */
function activeHandles(): unknown[] {
  return (process as { _getActiveHandles?: () => unknown[] })._getActiveHandles?.() ?? [];
}

/**
 * After a restart thousands of clients may reconnect at once and wait in a queue of the system, which Node limits to
 * 511. A client that finds it full retries after 1, 3, 7 and 15 seconds, and is refused in the end. Listening a second
 * time only changes the length of the queue.
 */
function lengthenQueue(server: Server): void {
  const { _handle: handle } = server as { _handle?: { listen?: (backlog: number) => number } };
  handle?.listen?.(QUEUE);
}
