/** What a client shows to be let in: a user's name and password (HTTP Basic, RFC 7617) or a token (RFC 6750). */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Config } from '../../config/config';
import { digestOf } from '../../config/tokens-file';
import type { Credential } from './principal';
import type { TokenStore } from './tokens';

/** Where credentials are looked up. */
export interface KnownCredentials {
  user: Config['credentials'];
  tokens: Pick<TokenStore, 'find'> | null;
}

const REALM = 'realm="Claude Swarm dashboard"';

/**
 * Compares what a request shows.
 *
 * @param authorization the header of that name
 * @returns whose it is, null if it is nobody's
 */
export function readCredentials(authorization: string, { user, tokens }: KnownCredentials): Credential | null {
  const [, scheme = '', given = ''] = /^(Basic|Bearer) +([A-Za-z0-9._~+/=-]+) *$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return tokenOf(given, tokens);
  const pair = Buffer.from(given, 'base64');
  if (user && sameBytes(pair, Buffer.from(`${user.username}:${user.password}`))) {
    return { name: user.username, scope: 'write', digest: null };
  }
  // A browser can show nothing but a name and a password: those of a token let a person in.
  const text = pair.toString('utf8');
  const colon = text.indexOf(':');
  const token = tokenOf(text.slice(colon + 1), tokens);
  return token?.name === text.slice(0, colon) ? token : null;
}

/** Looked up by its hash, so how long that takes says nothing about the token. */
function tokenOf(given: string, tokens: KnownCredentials['tokens']): Credential | null {
  return tokens?.find(digestOf(given)) ?? null;
}

/** Digests have one length, so neither the time nor an error tells how long or how near a guess is. */
function sameBytes(given: Buffer, wanted: Buffer): boolean {
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/** @returns the `WWW-Authenticate` of a 401: how to be let in */
export function challenge(tokens: boolean): string {
  const basic = `Basic ${REALM}, charset="UTF-8"`;
  return tokens ? `${basic}, Bearer ${REALM}` : basic;
}
