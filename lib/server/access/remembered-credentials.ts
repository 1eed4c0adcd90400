/**
 * Which credentials have let somebody in from which address. Who guesses at an address must not shut out those who are
 * known there: what is remembered here passes the limit of attempts, and is compared like any other.
 */
import { createHmac, randomBytes } from 'node:crypto';

const DAY_MS = 24 * 3_600_000;
/** About 10 MB, if each has as many as it may. */
export const MAX_CLIENTS = 5_000;
export const MAX_PER_CLIENT = 16;
/** Guesses at what is remembered that an address may make in a day: then it passes the limit no longer. */
const MAX_MISSES_PER_DAY = 1_000_000;

interface Client {
  /** By keyed hash, until when it is remembered. The one that was shown longest ago stands first. */
  readonly until: Map<string, number>;
  misses: number;
  missesUntil: number;
}

/** Only credentials that are right ever get in, so nobody else can fill or clear it. */
export class RememberedCredentials {
  /** No hash can be compared with that of another process, nor tried elsewhere. */
  readonly #key = randomBytes(32);
  readonly #clients = new Map<string, Client>();
  readonly #maxMissesPerDay: number;

  constructor({ maxMissesPerDay = MAX_MISSES_PER_DAY } = {}) {
    this.#maxMissesPerDay = maxMissesPerDay;
  }

  /**
   * Remembers, for a day, credentials that were right.
   *
   * @param client whose limits count, as `limitKey` names it
   * @param authorization the header that was shown
   * @param now milliseconds of any clock that never goes back
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

  /** @returns whether credentials were right here within a day; always the same work, however near they are */
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

  /** Forgets credentials that are right no longer. */
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
