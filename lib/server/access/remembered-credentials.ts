/**
 * Remembers which credentials were right at which address. An attacker who guesses at an address must not lock out its
 * known users: remembered credentials are exempt from the limit of attempts, but are still compared each time.
 */
import { createHmac, randomBytes } from 'node:crypto';

const DAY_MS = 24 * 3_600_000;
/** About 10 MB if each client has the maximum number of entries. */
export const MAX_CLIENTS = 5_000;
export const MAX_PER_CLIENT = 16;
/**
 * The number of wrong guesses at remembered credentials that an address may make per day. Above it, the exemption ends.
 */
const MAX_MISSES_PER_DAY = 1_000_000;

interface Client {
  /** When each entry expires, by keyed hash. The entry that was used longest ago is first. */
  readonly until: Map<string, number>;
  misses: number;
  missesUntil: number;
}

/** Only right credentials are added, so nobody else can fill or clear it. */
export class RememberedCredentials {
  /** A random key, so that a hash can't be compared with those of another process or attacked elsewhere. */
  readonly #key = randomBytes(32);
  readonly #clients = new Map<string, Client>();
  readonly #maxMissesPerDay: number;

  constructor({ maxMissesPerDay = MAX_MISSES_PER_DAY } = {}) {
    this.#maxMissesPerDay = maxMissesPerDay;
  }

  /**
   * Remembers right credentials for a day.
   *
   * @param client whose limits count, as named by `limitKey`
   * @param authorization the header that was sent
   * @param now milliseconds of a monotonic clock
   */
  add(client: string, authorization: string, now = performance.now()): void {
    const known = this.#clients.get(client) ?? { until: new Map(), misses: 0, missesUntil: now + DAY_MS };
    const hash = this.#hash(authorization);
    known.until.delete(hash);
    known.until.set(hash, now + DAY_MS);
    dropOldest(known.until, MAX_PER_CLIENT);
    this.#clients.delete(client);
    this.#clients.set(client, known);
    dropOldest(this.#clients, MAX_CLIENTS);
  }

  /**
   * @returns whether credentials were right at this address within a day; does the same amount of work for every guess
   */
  has(client: string, authorization: string, now = performance.now()): boolean {
    const hash = this.#hash(authorization);
    const known = this.#clients.get(client);
    if (known === undefined) return false;
    if (now >= known.missesUntil) Object.assign(known, { misses: 0, missesUntil: now + DAY_MS });
    if (known.misses >= this.#maxMissesPerDay) return false;
    if ((known.until.get(hash) ?? 0) > now) return true;
    known.misses += 1;
    return false;
  }

  /** Forgets credentials that are no longer right. */
  remove(client: string, authorization: string): void {
    this.#clients.get(client)?.until.delete(this.#hash(authorization));
  }

  #hash(authorization: string): string {
    return createHmac('sha256', this.#key).update(authorization).digest('base64');
  }
}

function dropOldest(entries: Map<string, unknown>, max: number): void {
  for (const name of entries.keys()) {
    if (entries.size <= max) return;
    entries.delete(name);
  }
}
