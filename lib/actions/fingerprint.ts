/**
 * Hashes of commands, by which a repeated Idempotency-Key is compared. A body that the record does not contain, such as a
 * text for a terminal, is hashed with a secret: whoever has the history could otherwise try out short texts.
 */
import { createHash, createHmac } from 'node:crypto';
import type { Action } from './action';

type Named = Pick<Action, 'name' | 'hidesBody'>;

/** Enough to tell two secrets apart, and nothing of the secret. */
const SECRET_NAME_LENGTH = 8;
/** Between the name of the secret and the hash; base64url has no such character. */
const SEPARATOR = '.';

/**
 * @param secret asked for only where the body is hidden
 * @returns a hash of a command and its body, the same for the same fields in another order
 */
export function fingerprintOf({ name, hidesBody }: Named, body: unknown, secret: () => string): string {
  const text = JSON.stringify([name, sorted(body)]);
  if (hidesBody !== true) return createHash('sha256').update(text).digest('base64url');
  const key = secret();
  const hash = createHmac('sha256', key).update(text).digest('base64url');
  return `${nameOfSecret(key)}${SEPARATOR}${hash}`;
}

/**
 * Whether two fingerprints were made with different secrets: then they differ for equal commands too, and nothing can be
 * concluded from it.
 */
export function haveOtherSecrets(one: string | null, other: string | null): boolean {
  const [first, second] = [secretOf(one), secretOf(other)];
  return first !== null && second !== null && first !== second;
}

function secretOf(fingerprint: string | null): string | null {
  return fingerprint?.includes(SEPARATOR) ? (fingerprint.split(SEPARATOR)[0] ?? null) : null;
}

function nameOfSecret(secret: string): string {
  return createHash('sha256').update(`name of ${secret}`).digest('base64url').slice(0, SECRET_NAME_LENGTH);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  // Pairs, not an object: a field may be called `__proto__`.
  return { fields: fields.map(([name, field]) => [name, sorted(field)]) };
}
