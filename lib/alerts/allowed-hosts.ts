/**
 * Which addresses alerts may be posted to. Names are judged by what they resolve to at the moment of connecting, so that
 * a name that comes to mean an address inside leads nowhere.
 */
import { lookup as resolveName } from 'node:dns';
import { isIP, isIPv6, type LookupFunction } from 'node:net';
import proxyAddr from 'proxy-addr';

/** Of IPv4, what no public server stands at: private, shared, loopback, link-local, tests, multicast, reserved. */
const NOT_PUBLIC = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24'],
  ...['203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
];
/** Of the global part of IPv6, what is no server either, or stands for an address of IPv4 (Teredo, 6to4). */
const NOT_PUBLIC_6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];
const LINK_LOCAL = ['169.254.0.0/16', 'fe80::/10'];

type Test = (address: string) => boolean;

const notPublic = within(NOT_PUBLIC);
const global6 = within(['2000::/3']);
const notPublic6 = within(NOT_PUBLIC_6);
const linkLocal = within(LINK_LOCAL);

/** An address that may not be posted to; the message says what to do. */
class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

function within(subnets: readonly string[]): Test {
  if (subnets.length === 0) return () => false;
  const test = proxyAddr.compile([...subnets]);
  return (address) => test(address, 0);
}

function isPublic(address: string): boolean {
  // An address of IPv4 in the clothes of IPv6 is not in the global part.
  return isIPv6(address) ? global6(address) && !notPublic6(address) : !notPublic(address);
}

export class AllowedHosts {
  readonly #names: ReadonlySet<string>;
  readonly #listed: Test;
  readonly #publicOnly: boolean;

  /** @param entries names, addresses and subnets; without any, all public addresses may be posted to */
  constructor(entries: readonly string[]) {
    const isNetwork = (entry: string) => entry.includes('/') || isIP(entry) !== 0;
    this.#names = new Set(entries.filter((entry) => !isNetwork(entry)).map(bare));
    this.#listed = within(entries.filter(isNetwork));
    this.#publicOnly = entries.length === 0;
  }

  /**
   * @param hostname as it stands in a URL
   * @returns why it may not be posted to, as far as that is seen without resolving it; null if nothing speaks against it
   */
  fault(hostname: string): string | null {
    const host = bare(hostname);
    return isIP(host) !== 0 && !this.#allows(host, host) ? refusal(host, host) : null;
  }

  /** For a request to a name: resolves it, and refuses if anything that it means is forbidden. */
  readonly lookup: LookupFunction = (hostname, options, done) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      const forbidden = addresses?.find(({ address }) => !this.#allows(bare(hostname), address));
      const [first] = addresses ?? [];
      if (error || first === undefined) done(error ?? new Error(`${hostname} has no address`), '', 0);
      else if (forbidden) done(new ForbiddenAddress(refusal(hostname, forbidden.address)), '', 0);
      else if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };

  #allows(host: string, address: string): boolean {
    if (this.#listed(address)) return true;
    // Who lists a name means what it stands for; never where a cloud keeps its machines' credentials.
    if (this.#names.has(host)) return !linkLocal(address);
    return this.#publicOnly && isPublic(address);
  }
}

function bare(hostname: string): string {
  return hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}

function refusal(host: string, address: string): string {
  const what = host === address ? address : `${host} (${address})`;
  return `${what} may not be posted to: list it in ALERT_ALLOWED_HOSTS if it shall be`;
}
