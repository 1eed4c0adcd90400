/** Who asks, as far as addresses say it. */
import type { IncomingMessage } from 'node:http';
import { isIP, isIPv4 } from 'node:net';
import proxyAddr from 'proxy-addr';
import type { Connection } from './connection';

/** What is asked of a connection. */
export type Peer = Pick<Connection, 'remoteAddress' | 'forwardedFor'>;

/**
 * The address that asks. `X-Forwarded-For` is believed as far back as trusted proxies wrote it and no further: what
 * stands before was sent by whoever liked to.
 *
 * @param trusted addresses, subnets and groups of proxies, as `TRUST_PROXY` gives them
 * @returns the address of the client, or of the last proxy where that one names none; null if the peer is gone
 */
export function clientAddress({ remoteAddress, forwardedFor }: Peer, trusted: readonly string[]): string | null {
  if (remoteAddress === undefined) return null;
  if (trusted.length === 0 || forwardedFor === null) return remoteAddress;
  // All that is looked at.
  const request = { headers: { 'x-forwarded-for': forwardedFor }, socket: { remoteAddress } };
  const way = proxyAddr.all(request as unknown as IncomingMessage, trustOf(trusted));
  return way.findLast((address) => isIP(address) !== 0) ?? remoteAddress;
}

const compiled = new WeakMap<readonly string[], ReturnType<typeof proxyAddr.compile>>();

function trustOf(trusted: readonly string[]): ReturnType<typeof proxyAddr.compile> {
  const known = compiled.get(trusted) ?? proxyAddr.compile([...trusted]);
  compiled.set(trusted, known);
  return known;
}

/**
 * Under which name an address is counted: IPv6 by its /64, all of which one household or machine has at its disposal.
 *
 * @param address null is counted as one address of its own
 */
export function limitKey(address: string | null): string {
  if (address === null) return 'unknown';
  const plain = withoutMapping(address).replace(/%.*$/, '');
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').filter(Boolean).length;
  return `${[...groups, ...Array<string>(missing).fill('0'), ...(tail ?? '').split(':')].slice(0, 4).join(':')}::/64`;
}

/** @returns whether an address is this computer's own */
export function isLoopback(address: string): boolean {
  const plain = withoutMapping(address);
  return address === '::1' || (isIPv4(plain) && plain.startsWith('127.'));
}

function withoutMapping(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
