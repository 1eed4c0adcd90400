/**
 * Limits how often a client may send requests. Checking and counting are one synchronous step; otherwise requests that
 * arrive together could all pass the check. There is no timer per client, and the memory is bounded.
 */
import type { Config } from '../../config/config';
import type { LimitedKind } from '../../contract/endpoint';
import { ProblemError } from '../http/problem';
import { callerName, type Principal } from './principal';
import { RememberedCredentials } from './remembered-credentials';

const MINUTE = 60_000;
/** About 3 MB. */
const MAX_CLIENTS = 20_000;
/**
 * One entry shared by all clients for whom there is no room. A client with very many addresses must not get more than
 * this share.
 */
const OTHERS = 'others';

/** The entries of all clients, each valid until its own moment. */
class Remembered {
  readonly #entries = new Map<string, { until: number; count: number }>();

  get(client: string, now: number): { until: number; count: number } | null {
    const entry = this.#entries.get(this.#bucketName(client, now));
    return entry && entry.until > now ? entry : null;
  }

  set(client: string, entry: { until: number; count: number }, now: number): void {
    const name = this.#bucketName(client, now);
    // The oldest entries are first, so expired ones are found without a search.
    this.#entries.delete(name);
    this.#entries.set(name, entry);
  }

  #bucketName(client: string, now: number): string {
    if (this.#entries.has(client)) return client;
    for (const [name, { until }] of this.#entries) {
      if (until > now) break;
      this.#entries.delete(name);
    }
    return this.#entries.size < MAX_CLIENTS ? client : OTHERS;
  }
}

/** Limits requests per minute (GCRA): the full quota may be used at once, then it refills evenly. */
export class RateLimit {
  readonly #used = new Remembered();

  /**
   * Counts a request if the quota allows it.
   *
   * @param perMinute 0: no limit
   * @param now milliseconds of a monotonic clock
   * @returns the number of seconds to wait before the next attempt; 0 if the request is allowed
   */
  take(client: string, perMinute: number, now = performance.now()): number {
    if (perMinute === 0) return 0;
    // The moment at which the quota is full again.
    const until = Math.max(this.#used.get(client, now)?.until ?? 0, now) + MINUTE / perMinute;
    // Sums of fractions have rounding errors.
    if (until - now > MINUTE + 0.01) return Math.ceil((until - now - MINUTE) / 1000);
    this.#used.set(client, { until, count: 0 }, now);
    return 0;
  }
}

/** Limits failures: after the maximum, nothing may be tried until a minute has passed since the last one. */
export class FailureLimit {
  readonly #failures = new Remembered();

  /** @returns for how many seconds nothing may be tried; 0 if it may be tried now */
  wait(client: string, most: number, now = performance.now()): number {
    const failed = this.#failures.get(client, now);
    return failed && failed.count >= most ? Math.ceil((failed.until - now) / 1000) : 0;
  }

  /** Counts a failure. */
  failed(client: string, now = performance.now()): void {
    const count = (this.#failures.get(client, now)?.count ?? 0) + 1;
    this.#failures.set(client, { until: now + MINUTE, count }, now);
  }
}

/** What each client has used of its quotas. */
export interface Limits extends Record<LimitedKind, RateLimit> {
  readonly logins: FailureLimit;
  readonly remembered: RememberedCredentials;
}

/** @returns unused quotas */
export function createLimits(): Limits {
  return {
    reads: new RateLimit(),
    exports: new RateLimit(),
    commands: new RateLimit(),
    typing: new RateLimit(),
    logins: new FailureLimit(),
    remembered: new RememberedCredentials(),
  };
}

/** Each limited kind of request: its setting, and its name in the plural for error messages. */
const LIMITED = {
  reads: { setting: 'readsPerMinute', plural: 'searches and queries about the past' },
  exports: { setting: 'exportsPerMinute', plural: 'bundles' },
  commands: { setting: 'commandsPerMinute', plural: 'commands' },
  typing: { setting: 'terminalPerMinute', plural: 'commands for terminals' },
} as const satisfies Record<LimitedKind, { setting: keyof Config; plural: string }>;

/**
 * Counts a request that costs more than others.
 *
 * @param principal whose quota it uses: an address for reads, a caller for commands
 * @throws {ProblemError} if the quota is used up
 */
export function limitRequests(
  kind: LimitedKind,
  principal: Pick<Principal, 'client' | 'credential'>,
  { config, limits }: { config: Config; limits: Limits },
): void {
  const { setting, plural } = LIMITED[kind];
  const perMinute = config[setting];
  const isNamed = (kind === 'commands' || kind === 'typing') && principal.credential !== null;
  const who = isNamed ? callerName(principal) : principal.client;
  const seconds = limits[kind].take(who, perMinute);
  if (seconds === 0) return;
  throw new ProblemError(
    'too_many_requests',
    `${isNamed ? who : 'This address'} has sent more than ${perMinute} ${plural} per minute; try again in ${seconds} s.`,
    { headers: { 'Retry-After': String(seconds) } },
  );
}
