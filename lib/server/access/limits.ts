/**
 * How often somebody may ask. Looking and counting are one synchronous step: requests that arrive together could all
 * pass between the two otherwise. Nothing runs per client, and what is remembered is bounded.
 */
import type { Config } from '../../config/config';
import type { LimitedKind } from '../../contract/endpoint';
import { ProblemError } from '../http/problem';
import { RememberedCredentials } from './remembered-credentials';

const MINUTE = 60_000;
/** About 3 MB. */
const MAX_CLIENTS = 20_000;
/** Stands for all for whom there is no room: whoever has so many addresses must not get more than a share for it. */
const OTHERS = 'others';

/** What is remembered of each client, each until its own moment. */
class Remembered {
  readonly #entries = new Map<string, { until: number; count: number }>();

  get(client: string, now: number): { until: number; count: number } | null {
    const entry = this.#entries.get(this.#bucketName(client, now));
    return entry && entry.until > now ? entry : null;
  }

  set(client: string, entry: { until: number; count: number }, now: number): void {
    const name = this.#bucketName(client, now);
    // The oldest entries stand first, so that what is over is found without a search.
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

/** So many requests a minute: all of them at once, or evenly for as long as one likes (GCRA). */
export class RateLimit {
  readonly #used = new Remembered();

  /**
   * Counts a request, if it may be.
   *
   * @param perMinute 0: no limit
   * @param now milliseconds of any clock that never goes back
   * @returns after how many seconds it may be asked again, 0 if it may be now
   */
  take(client: string, perMinute: number, now = performance.now()): number {
    if (perMinute === 0) return 0;
    // By then all that was asked would have been asked evenly.
    const until = Math.max(this.#used.get(client, now)?.until ?? 0, now) + MINUTE / perMinute;
    // Sums of fractions are a little off.
    if (until - now > MINUTE + 0.01) return Math.ceil((until - now - MINUTE) / 1000);
    this.#used.set(client, { until, count: 0 }, now);
    return 0;
  }
}

/** So many failures; then none is possible until the last one is a minute ago. */
export class FailureLimit {
  readonly #failures = new Remembered();

  /** @returns for how many seconds nothing may be tried, 0 if it may be now */
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

/** What each client has used of its limits. */
export interface Limits extends Record<LimitedKind, RateLimit> {
  readonly logins: FailureLimit;
  readonly remembered: RememberedCredentials;
}

/** @returns limits of which nothing is used yet */
export function createLimits(): Limits {
  return {
    reads: new RateLimit(),
    exports: new RateLimit(),
    logins: new FailureLimit(),
    remembered: new RememberedCredentials(),
  };
}

/** Each limited kind of request: the setting that bounds it, and its name in the plural for a sentence. */
const LIMITED = {
  reads: { setting: 'readsPerMinute', plural: 'searches and questions about the past' },
  exports: { setting: 'exportsPerMinute', plural: 'bundles' },
} as const satisfies Record<LimitedKind, { setting: keyof Config; plural: string }>;

/**
 * Counts a request that costs more than others.
 *
 * @param client whose share it takes from, as `limitKey` names it
 * @throws {ProblemError} if that is used up
 */
export function limitRequests(
  kind: LimitedKind,
  client: string,
  { config, limits }: { config: Config; limits: Limits },
): void {
  const { setting, plural } = LIMITED[kind];
  const perMinute = config[setting];
  const seconds = limits[kind].take(client, perMinute);
  if (seconds === 0) return;
  throw new ProblemError(
    'too_many_requests',
    `This address has asked for more than ${perMinute} ${plural} a minute; ask again in ${seconds} s.`,
    { headers: { 'Retry-After': String(seconds) } },
  );
}
