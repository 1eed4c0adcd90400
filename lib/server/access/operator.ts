/** Decides whether a caller is the operator: the holder of the operator key, where no credentials are set. */
import { digestOf } from '../../config/tokens-file';
import { PROBLEMS } from '../../contract/problems';
import { ProblemError } from '../http/problem';
import type { HeaderReader } from '../http/request-connection';
import type { AccessContext } from './access-context';
import { compareWithinLimit } from './attempts';
import { bearerOf } from './credentials';
import type { Credential } from './principal';

const WRONG =
  'The operator key that was sent is not the one of this dashboard: open the link that it printed when it started, or ' +
  'send the content of its key file as a bearer token.';

/** Why nobody can act. */
export const BUNDLE_SHOWN =
  'This is an exported time range, which nobody can act on; start the dashboard with the folder of the swarm.';
export const ALL_OFF =
  'All commands are switched off; restart the dashboard without --read-only or ACTIONS=off to act.';

/**
 * Looks for the operator key in the headers of a request from this computer. Wrong keys count as failed logins.
 *
 * @param client whose limit counts, as named by `limitKey`
 * @returns the operator, or the refusal to answer commands with
 */
export function findOperator(
  headers: HeaderReader,
  client: string,
  admission: Pick<AccessContext, 'config' | 'limits' | 'operatorKey'>,
): Credential | ProblemError {
  const { config, operatorKey } = admission;
  // There may be no key then.
  if (config.bundle !== null) return new ProblemError('not_live', BUNDLE_SHOWN);
  if (config.actions.length === 0) return new ProblemError('actions_off', ALL_OFF);
  const { fault } = operatorKey;
  if (fault !== null) return keyRequired(fault);
  const authorization = headers.get('authorization') ?? '';
  const key = bearerOf(authorization);
  if (key === null) return keyRequired(PROBLEMS.operator_key_required.detail);
  const digest = digestOf(key);
  const operator: Credential = { name: config.operatorName, scope: 'write', digest };
  const found = compareWithinLimit({ client, authorization }, admission, () =>
    operatorKey.has(digest) ? operator : null,
  );
  return found ?? keyRequired(WRONG);
}

function keyRequired(detail: string): ProblemError {
  return new ProblemError('operator_key_required', detail, {
    headers: { 'WWW-Authenticate': 'Bearer realm="Claude Swarm dashboard operator"' },
  });
}
