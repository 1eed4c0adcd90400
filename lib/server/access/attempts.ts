/** Limits how many wrong credentials a client may send: beyond the limit nothing is compared any more. */
import { ProblemError } from '../http/problem';
import type { AccessContext } from './access-context';
import type { Credential } from './principal';

interface Attempt {
  /** Whose limit it counts for. */
  client: string;
  /** The header that was sent. */
  authorization: string;
}

/**
 * Compares credentials, unless too many wrong ones came from the same client.
 *
 * @param compare returns null if they are wrong
 * @returns their owner; null if they are wrong, which counts; or the refusal to answer with, nothing having been compared
 */
export function compareWithinLimit(
  { client, authorization }: Attempt,
  { config, limits: { logins, remembered } }: Pick<AccessContext, 'config' | 'limits'>,
  compare: () => Credential | null,
): Credential | ProblemError | null {
  const seconds = logins.wait(client, config.loginsPerMinute);
  // Credentials are not compared here unless they were right at this address before. Otherwise a client that keeps
  // guessing would notice the right ones.
  if (seconds > 0 && !remembered.has(client, authorization)) {
    return new ProblemError(
      'too_many_attempts',
      `Too many wrong credentials came from this address; try again in ${seconds} s.`,
      { headers: { 'Retry-After': String(seconds) } },
    );
  }
  const credential = compare();
  if (credential) remembered.add(client, authorization);
  else {
    remembered.remove(client, authorization);
    logins.failed(client);
  }
  return credential;
}
