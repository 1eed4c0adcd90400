/**
 * IP addresses and the ranges that contain them. An IPv4-mapped IPv6 address counts as the IPv4 address that it
 * carries.
 */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
/** A network and the length of its prefix in bits. */
type IpRange = [Address, number];

/** Names that may stand for ranges. */
const GROUPS: ReadonlyMap<string, readonly string[]> = new Map([
  ['loopback', ['127.0.0.0/8', '::1']],
  ['linklocal', ['169.254.0.0/16', 'fe80::/10']],
  ['uniquelocal', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
]);
/** The part of IPv6 that is assigned to public networks. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');
const IPV4_BITS = 32;
const IPV6_BITS = 128;
const MAPPED_PREFIX_BITS = IPV6_BITS - IPV4_BITS;

/**
 * Reads an address as Node writes it, with or without a zone id, which is ignored.
 *
 * @returns null if the text is not an address; notations that only some programs accept (`0x7f.1`, `127.1`) are none
 */
function parseWritten(text: string): Address | null {
  const family = isIP(text);
  if (family === 0) return null;
  // ipaddr.js accepts few zone ids, and reads ::127.0.0.1, which is not a mapped address, as one.
  return ipaddr.parse(family === 4 ? text : new URL(`http://[${text.replace(/%.*$/, '')}]`).hostname.slice(1, -1));
}

function unmapped(address: Address): Address {
  return address.kind() === 'ipv6' && (address as ipaddr.IPv6).isIPv4MappedAddress()
    ? (address as ipaddr.IPv6).toIPv4Address()
    : address;
}

/** @returns the address, as IPv4 if it is IPv4-mapped; null if the text is not an address */
export function parseAddress(text: string): Address | null {
  const address = parseWritten(text);
  return address && unmapped(address);
}

/**
 * Reads one entry of a list of ranges.
 *
 * @param entry an address, a subnet (`10.0.0.0/8`, `10.0.0.0/255.0.0.0`), `loopback`, `linklocal` or `uniquelocal`
 * @returns null if it is none of these; a prefix of 0 bits, which would contain everything, is refused
 */
export function parseRanges(entry: string): IpRange[] | null {
  const group = GROUPS.get(entry);
  if (group) return group.flatMap((member) => parseRanges(member) ?? []);
  const slash = entry.lastIndexOf('/');
  const written = parseWritten(slash < 0 ? entry : entry.slice(0, slash));
  if (written === null) return null;
  const network = unmapped(written);
  const longest = network.kind() === 'ipv4' ? IPV4_BITS : IPV6_BITS;
  const bits =
    slash < 0 ? longest : prefixBits(entry.slice(slash + 1), written) - (written === network ? 0 : MAPPED_PREFIX_BITS);
  return bits >= 1 && bits <= longest ? [[network, bits]] : null;
}

/** @returns the length of a prefix, NaN if the text gives none */
function prefixBits(text: string, network: Address): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  const isMask = network.kind() === 'ipv4' && isIP(text) === 4;
  return (isMask ? ipaddr.IPv4.parse(text).prefixLengthFromSubnetMask() : null) ?? Number.NaN;
}

/**
 * @param entries as `parseRanges` takes them; others contain nothing
 * @returns a function that says whether one of them contains an address; false for a text that is not an address
 */
export function rangeTest(entries: readonly string[]): (text: string) => boolean {
  const ranges = { listed: entries.flatMap((entry) => parseRanges(entry) ?? []) };
  return (text) => {
    const address = parseAddress(text);
    return address !== null && ipaddr.subnetMatch(address, ranges, 'none') === 'listed';
  };
}

/**
 * Says whether a public server can have an address. Private, shared, loopback, link-local, test, multicast and reserved
 * addresses are not public, nor are IPv6 addresses that stand for an IPv4 address (mapped, NAT64, Teredo, 6to4).
 */
export function isPublicAddress(text: string): boolean {
  const address = parseWritten(text);
  if (address === null || address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(GLOBAL_IPV6);
}
