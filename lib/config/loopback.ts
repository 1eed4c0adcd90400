import { isIP } from 'node:net';

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/i;

/** @returns whether a server that listens on this host or address can be reached from this computer only */
export function isLoopbackHost(host: string): boolean {
  return isIP(host) === 0 ? host.toLowerCase() === 'localhost' : LOOPBACK.test(host);
}
