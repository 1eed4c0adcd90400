/**
 * Decides which addresses alerts may be posted to. Names are judged by the addresses that they resolve to at the moment
 * of connecting, so that a name that later resolves to an inner address is refused.
 */
import { lookup as resolveName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress, rangeTest } from '../platform/ip-ranges';

const isLinkLocal = rangeTest(['linklocal']);

/** An address that may not be posted to; the message says how to allow it. */
class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

export class AllowedHosts {
  readonly #names: ReadonlySet<string>;
  readonly #listed: (address: string) => boolean;
  readonly #publicOnly: boolean;

  /** @param entries names, addresses and subnets; without any, all public addresses may be posted to */
  constructor(entries: readonly string[]) {
    const isNetwork = (entry: string) => entry.includes('/') || isIP(entry) !== 0;
    this.#names = new Set(entries.filter((entry) => !isNetwork(entry)).map(bare));
    this.#listed = rangeTest(entries.filter(isNetwork));
    this.#publicOnly = entries.length === 0;
  }

  /**
   * @param hostname as written in a URL
   * @returns why it may not be posted to, as far as that is known without resolving it; null if no rule forbids it
   */
  fault(hostname: string): string | null {
    const host = bare(hostname);
    return isIP(host) !== 0 && !this.#allows(host, host) ? refusal(host, host) : null;
  }

  /** A lookup function for requests: resolves a name, and refuses it if any of its addresses is forbidden. */
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
    // A listed name allows its addresses, but never that of a cloud's metadata service, which has credentials.
    if (this.#names.has(host)) return !isLinkLocal(address);
    return this.#publicOnly && isPublicAddress(address);
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
  return `${what} is not allowed; add it to ALERT_ALLOWED_HOSTS`;
}
