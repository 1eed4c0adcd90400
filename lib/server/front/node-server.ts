/** What of Node's own server `next start` has no setting for. */
import { subscribe } from 'node:diagnostics_channel';
import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { answerDirectly, type DirectRoutes } from './direct-answers';
import { announcesBody, gateRequests } from './request-gate';

/** Connections that wait to be accepted; the system allows no more than its own setting (4096 on Linux). */
const QUEUE = 4096;
/** How long a client may take nothing of an answer; also how long a connection may stand without any request. */
export const PROGRESS_TIMEOUT_MS = 60_000;

interface SettleOptions {
  /** Whether Next's development server runs: it speaks to its page over other protocols too, and reads what that sends. */
  development: boolean;
  /** What is answered in front of Next. */
  direct?: DirectRoutes;
  progressTimeoutMs?: number;
}

/** Settles each server of this process: now, or when its first connection comes, before anything is read from it. */
export function settleServers(options: SettleOptions): void {
  const settled = new WeakSet<Server>();
  const settleOnce = (server: unknown): void => {
    if (!(server instanceof Server) || settled.has(server)) return;
    settled.add(server);
    settle(server, options);
  };
  const handles = activeHandles();
  for (const handle of handles) settleOnce(handle);
  for (const handle of handles) if (handle instanceof Socket) settleEarly(handle, options);
  subscribe('net.server.socket', (message) => {
    const { socket } = message as { socket: ServerSocket };
    if (socket.server instanceof Server && !settled.has(socket.server)) {
      settleOnce(socket.server);
      socket.setTimeout(socket.server.timeout);
    }
  });
  subscribe('http.server.request.start', (message) => {
    (message as { response: ServerResponse }).response.on('timeout', dropStalled);
  });
}

type ServerSocket = Socket & { server?: unknown; parser?: { incoming?: IncomingMessage | null } | null };

function settle(server: Server, options: SettleOptions): void {
  const { development, direct = {}, progressTimeoutMs = PROGRESS_TIMEOUT_MS } = options;
  lengthenQueue(server);
  if (!development) refuseUpgrades(server);
  server.timeout = socketTimeout(progressTimeoutMs);
  answerDirectly(server, direct);
  // Before what is answered directly, too: the gate gives each connection one request at a time.
  gateRequests(server, { development });
}

/** A connection that came before there was a gate. Nobody who waits for the start sends a body. */
function settleEarly(socket: ServerSocket, { progressTimeoutMs = PROGRESS_TIMEOUT_MS }: SettleOptions): void {
  if (!(socket.server instanceof Server)) return;
  const request = socket.parser?.incoming;
  if (request && announcesBody(request)) socket.destroy();
  else socket.setTimeout(socketTimeout(progressTimeoutMs));
}

/**
 * Of nothing that is sent or taken; a stream sends each second. Node lets it pass twice where the system has taken a part of
 * the last write, so a client is dropped after one to two halves.
 */
function socketTimeout(progressTimeoutMs: number): number {
  return progressTimeoutMs / 2;
}

/** Node keeps a connection whose timeout somebody listens to, so an answer that takes long to begin is waited for. */
function dropStalled(socket: Socket): void {
  if (socket.writableLength > 0) socket.destroy();
}

/** Next listens before it calls anything of ours, and hands its server to nobody. */
function activeHandles(): unknown[] {
  return (process as { _getActiveHandles?: () => unknown[] })._getActiveHandles?.() ?? [];
}

/**
 * Thousands that come back at once after a restart wait in a queue of the system, where Node lets 511 stand; whoever finds
 * it full tries again after 1, 3, 7 and 15 seconds, and is refused in the end. Listening once more only changes the length.
 */
function lengthenQueue(server: Server): void {
  const { _handle: handle } = server as { _handle?: { listen?: (backlog: number) => number } };
  handle?.listen?.(QUEUE);
}

/**
 * Next takes over a connection that asks for another protocol and leaves it open without a word, for good: no time limit
 * of Node's holds for it any more, and nobody has asked for credentials. Where nobody listens, such a request is answered
 * like any other (RFC 9110, 7.8).
 */
function refuseUpgrades(server: Server): void {
  server.removeAllListeners('upgrade');
}
