import type { Scope } from '../../config/tokens-file';

/** What a caller proved to be. */
export interface Credential {
  /** The user's or the token's. */
  name: string;
  scope: Scope;
  /** Under which a token is found again; null for the user of HTTP Basic, who stays until a restart. */
  digest: string | null;
}

/** The caller of an endpoint, who may ask. */
export interface Principal {
  /** Whose limits a request counts for: an address, or the /64 of one. */
  readonly client: string;
  /** What was shown; null where nothing needs to be. */
  readonly credential: Credential | null;
  /** Whether the swarm may be changed. */
  readonly mayWrite: boolean;
}
