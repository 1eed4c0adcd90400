/** Finds out which address a request comes from. */
import { isIP } from 'node:net';
import { parseAddress, rangeTest } from '../../platform/ip-ranges';
import type { RequestConnection } from '../http/request-connection';

/** The parts of a connection that are needed for this. */
export type Peer = Pick<RequestConnection, 'remoteAddress' | 'forwardedFor'>;

/**
 * Finds the address of the client. `X-Forwarded-For` is trusted only as far back as trusted proxies wrote it; earlier
 * entries may come from anybody.
 *
 * @param trusted addresses, subnets and groups of proxies, as in `TRUST_PROXY`
 * @returns the address of the client, or of the last proxy if that names no client; null if the connection is closed
 */
export function clientAddress({ remoteAddress, forwardedFor }: Peer, trusted: readonly string[]): string | null {
  if (remoteAddress === undefined) return null;
  if (trusted.length === 0 || forwardedFor === null) return remoteAddress;
  const isTrusted = trustOf(trusted);
  let client = remoteAddress;
  // The last proxy wrote the address of its neighbour last.
  for (const hop of forwardedFor.split(',').reverse()) {
    if (!isTrusted(client) || isIP(hop.trim()) === 0) break;
    client = hop.trim();
  }
  return client;
}

const compiled = new WeakMap<readonly string[], (address: string) => boolean>();

function trustOf(trusted: readonly string[]): (address: string) => boolean {
  const known = compiled.get(trusted) ?? rangeTest(trusted);
  compiled.set(trusted, known);
  return known;
}

/**
 * The name under which an address is counted. IPv6 addresses count by their /64, since one household or machine may use
 * all of it.
 *
 * @param address null counts as an address of its own
 */
export function limitKey(address: string | null): string {
  const parsed = address === null ? null : parseAddress(address);
  if (parsed === null) return address ?? 'unknown';
  if (!('parts' in parsed)) return parsed.toString();
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}

/** @returns whether an address is this computer's own */
export function isLoopback(address: string): boolean {
  return parseAddress(address)?.range() === 'loopback';
}
