/** What of Node's own server `next start` has no setting for. */
import { subscribe } from 'node:diagnostics_channel';
import { Server } from 'node:http';
import type { Socket } from 'node:net';
import { answerDirectly, type DirectRoutes } from './direct-answers';

/** Connections that wait to be accepted; the system allows no more than its own setting (4096 on Linux). */
const QUEUE = 4096;

/**
 * Settles each server of this process when its first connection comes, before anything is read from it.
 *
 * @param upgrades whether connections may become others than HTTP: Next's development server speaks to its page so
 * @param direct what is answered in front of Next
 */
export function settleServers({ upgrades, direct }: { upgrades: boolean; direct: DirectRoutes }): void {
  const settled = new WeakSet<Server>();
  subscribe('net.server.socket', (message) => {
    const { server } = (message as { socket: Socket & { server?: unknown } }).socket;
    if (!(server instanceof Server) || settled.has(server)) return;
    settled.add(server);
    lengthenQueue(server);
    answerDirectly(server, direct);
    if (!upgrades) refuseUpgrades(server);
  });
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
