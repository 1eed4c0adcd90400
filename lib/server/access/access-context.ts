/** What decides whether a request is answered. It is created once when the server starts, or by a test. */
import type { Config } from '../../config/config';
import { log } from '../../platform/log';
import { createLimits, type Limits } from './limits';
import { OpenStreams } from './open-streams';
import { openTokens, type TokenStore } from './tokens';

export interface AccessContext {
  readonly config: Config;
  readonly limits: Limits;
  readonly streams: OpenStreams;
  /** Null where no tokens file is set. */
  readonly tokens: Pick<TokenStore, 'find'> | null;
}

/**
 * Reads the tokens. From then on their file is checked once a second, and the streams of revoked tokens are closed.
 *
 * @throws {ConfigError} if the tokens file cannot be used
 */
export function createAccess(config: Config): AccessContext {
  const streams = new OpenStreams();
  return { config, limits: createLimits(), streams, tokens: openTokens(config, streams) };
}

/** @returns whether everything but a probe needs credentials */
export function needsCredentials({ credentials, tokensFile }: Pick<Config, 'credentials' | 'tokensFile'>): boolean {
  return credentials !== null || tokensFile !== null;
}

/** Logs what a person should know about who gets in; when the server starts. */
export function logAnonymousAccess(config: Config): void {
  if (!config.allowAnonymous) return;
  log().warn(
    needsCredentials(config)
      ? 'DASHBOARD_ALLOW_ANONYMOUS has no effect: there are credentials, and everybody needs them.'
      : 'DASHBOARD_ALLOW_ANONYMOUS is set: everybody who reaches this server reads everything.',
  );
}
