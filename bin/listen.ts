/** Checks before the start of the server that the address is available; Next would print a stack trace. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { isLoopbackHost } from '../lib/config/loopback';
import type { Setting } from './settings';
import { StartError } from './start-error';

/**
 * Listens for a moment.
 *
 * @returns the port (the one chosen by the system for 0), and whether only this computer can reach it
 * @throws {StartError} with the name of the wrong setting
 */
export async function tryToListen(host: Setting<string>, port: Setting<number>) {
  const server = createServer();
  try {
    server.listen(port.value, host.value);
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the system gave no port');
    return { port: address.port, local: isLoopbackHost(address.address) };
  } catch (error) {
    throw startError(error as NodeJS.ErrnoException, host, port);
  } finally {
    server.close();
  }
}

function startError(
  { code, message }: NodeJS.ErrnoException,
  host: Setting<string>,
  port: Setting<number>,
): StartError {
  const atPort = `Port ${port.value} (${port.origin})`;
  const atHost = `Host ${host.value} (${host.origin})`;
  switch (code) {
    case 'EADDRINUSE':
      return new StartError(`${atPort} is taken by another program: stop that, or choose another one with --port.`);
    case 'EACCES':
      return new StartError(`${atPort} may not be used by this user: choose one above 1023 with --port.`);
    case 'EADDRNOTAVAIL':
      return new StartError(`${atHost} is not an address of this computer: choose another one with --host.`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new StartError(`${atHost} is a name that can't be resolved: choose another one with --host.`);
    default:
      return new StartError(
        `Listening on ${host.value}:${port.value} fails (${message}): choose another host or port with --host or --port.`,
      );
  }
}
