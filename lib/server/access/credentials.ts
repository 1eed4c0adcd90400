/** The credentials of a client: a user's name and password (HTTP Basic, RFC 7617) or a token (RFC 6750). */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Config } from '../../config/config';
import { digestOf } from '../../config/tokens-file';
import type { Credential } from './principal';
import type { TokenStore } from './tokens';

/** The valid credentials. */
export interface KnownCredentials {
  user: Config['credentials'];
  tokens: Pick<TokenStore, 'find'> | null;
}

const REALM = 'realm="Claude Swarm dashboard"';

/**
 * Checks the credentials of a request.
 *
 * @param authorization the header of that name
 * @returns the owner of the credentials; null if they are not valid
 */
export function readCredentials(authorization: string, { user, tokens }: KnownCredentials): Credential | null {
  const [, scheme = '', given = ''] = /^(Basic|Bearer) +([A-Za-z0-9._~+/=-]+) *$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return tokenOf(given, tokens);
  const pair = Buffer.from(given, 'base64');
  if (user && sameBytes(pair, Buffer.from(`${user.username}:${user.password}`))) {
    return { name: user.username, scope: 'write', digest: null };
  }
  // A browser can only send a name and a password, so a token is also accepted as the password of its name.
  const text = pair.toString('utf8');
  const colon = text.indexOf(':');
  const token = tokenOf(text.slice(colon + 1), tokens);
  return token?.name === text.slice(0, colon) ? token : null;
}

/** @returns the text after `Bearer` in the header `Authorization`; null if there is none */
export function bearerOf(authorization: string): string | null {
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? null;
}

/** Looks up a token by its hash, so the time this takes reveals nothing about the token. */
function tokenOf(given: string, tokens: KnownCredentials['tokens']): Credential | null {
  return tokens?.find(digestOf(given)) ?? null;
}

/**
 * Compares digests of equal length, so neither the time nor an error reveals the length or the similarity of a guess.
 */
function sameBytes(given: Buffer, wanted: Buffer): boolean {
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/** @returns the `WWW-Authenticate` header of a 401, which lists the accepted kinds of credentials */
export function challenge(tokens: boolean): string {
  const basic = `Basic ${REALM}, charset="UTF-8"`;
  return tokens ? `${basic}, Bearer ${REALM}` : basic;
}
