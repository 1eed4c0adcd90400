import type { Scope } from '../../config/tokens-file';
import type { Me } from '../../contract/action-schemas';
import type { ProblemError } from '../http/problem';

/** Credentials that were found to be valid. */
export interface Credential {
  /** The name of the user, of the token or of the operator. */
  name: string;
  scope: Scope;
  /**
   * The digest of the token or of the operator key; null for the user of HTTP Basic, whose access ends only at a
   * restart.
   */
  digest: string | null;
}

/** The caller of an endpoint. */
export interface Principal {
  /** The key for the caller's limits: an IPv4 address, or the /64 of an IPv6 address. */
  readonly client: string;
  /** The caller's credentials; null if none are needed. */
  readonly credential: Credential | null;
  /** The kind of the credentials. */
  readonly via: Me['via'];
  /** Whether the caller may change the swarm. */
  readonly mayWrite: boolean;
  /** Why its commands are refused; null if they are not, and where that was not examined. */
  readonly refusal: ProblemError | null;
}
