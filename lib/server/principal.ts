import type { Credential } from './credentials';

/** The caller of an endpoint, who may ask. */
export interface Principal {
  /** Whose limits a request counts for: an address, or the /64 of one. */
  readonly client: string;
  /** What was shown; null where nothing needs to be. */
  readonly credential: Credential | null;
  /** Whether the swarm may be changed. */
  readonly mayWrite: boolean;
}
