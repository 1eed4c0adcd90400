/** Decides who may report events of hooks: holders of a token with the scope `hook`, also where no credentials are set. */
import type { SecretFile, SecretKind } from '../../config/secret-file';
import { digestOf } from '../../config/tokens-file';
import { PROBLEMS } from '../../contract/problems';
import { ProblemError } from '../http/problem';
import type { HeaderReader } from '../http/request-connection';
import { bearerOf, type KnownCredentials, readCredentials } from './credentials';
import type { Credential } from './principal';

/** The token that `hooks install` keeps for the user who runs this server. */
export const HOOK_TOKEN: SecretKind = {
  called: 'The token',
  consequence: 'No event of a hook is accepted with it.',
  remedy: 'chmod 600 it',
  missing: null,
  isValid: () => true,
};

/**
 * Checks the token of a request that reports an event. Wrong tokens are not counted as failed logins: hooks send theirs
 * again and again, and an outdated one must not lock out the person at the same address. No guess finds 256 random bits.
 *
 * @throws {ProblemError} if there is no valid token, or one with another scope
 */
export function checkHookToken(
  headers: HeaderReader,
  { tokens, hookToken }: Pick<KnownCredentials, 'tokens'> & { hookToken: Pick<SecretFile, 'has'> },
): Credential {
  const authorization = headers.get('authorization') ?? '';
  const token = bearerOf(authorization);
  const digest = token === null ? null : digestOf(token);
  if (digest !== null && hookToken.has(digest)) return { name: 'hooks', scope: 'hook', digest };
  const listed = digest === null ? null : readCredentials(authorization, { user: null, tokens });
  if (listed?.scope === 'hook') return listed;
  const code = listed === null ? 'hook_token_required' : 'hook_scope_required';
  const { detail } = PROBLEMS[code];
  throw new ProblemError(code, detail, {
    headers:
      code === 'hook_token_required' ? { 'WWW-Authenticate': 'Bearer realm="Claude Swarm dashboard hooks"' } : {},
  });
}
