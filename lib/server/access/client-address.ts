/** Who asks, as far as addresses say it. */
import { isIP } from 'node:net';
import { parseAddress, rangeTest } from '../../platform/ip-ranges';
import type { RequestConnection } from '../http/request-connection';

/** What is asked of a connection. */
export type Peer = Pick<RequestConnection, 'remoteAddress' | 'forwardedFor'>;

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
  const isTrusted = trustOf(trusted);
  let client = remoteAddress;
  // The last one wrote its neighbour's address last.
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
 * Under which name an address is counted: IPv6 by its /64, all of which one household or machine has at its disposal.
 *
 * @param address null is counted as one address of its own
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
