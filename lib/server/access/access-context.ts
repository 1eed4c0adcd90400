/** What decides whether a request is answered. Created once when the server starts, or by a test. */
import type { Config } from '../../config/config';
import { log } from '../../platform/log';
import { HookTokenFile } from './hook-token';
import { createLimits, type Limits } from './limits';
import { OpenStreams } from './open-streams';
import { openTokens, type TokenStore } from './tokens';

export interface AccessContext {
  readonly config: Config;
  readonly limits: Limits;
  readonly streams: OpenStreams;
  /** Null if no tokens file is set. */
  readonly tokens: Pick<TokenStore, 'find'> | null;
  /** The token that `hooks install` created. */
  readonly hookToken: Pick<HookTokenFile, 'has'>;
}

/**
 * Reads the tokens. From then on their file is checked once a second, and the streams of revoked tokens are closed.
 *
 * @throws {ConfigError} if the tokens file cannot be used
 */
export function createAccess(config: Config): AccessContext {
  const streams = new OpenStreams();
  const hookToken = new HookTokenFile(config.hookTokenFile, (sentence) => log().warn(sentence));
  return { config, limits: createLimits(), streams, tokens: openTokens(config, streams), hookToken };
}

/** @returns whether everything except probes needs credentials */
export function needsCredentials({ credentials, tokensFile }: Pick<Config, 'credentials' | 'tokensFile'>): boolean {
  return credentials !== null || tokensFile !== null;
}

/** Logs settings that let anonymous readers in. Called when the server starts. */
export function logAnonymousAccess(config: Config): void {
  if (!config.allowAnonymous) return;
  log().warn(
    needsCredentials(config)
      ? 'DASHBOARD_ALLOW_ANONYMOUS has no effect: there are credentials, and everybody needs them.'
      : 'DASHBOARD_ALLOW_ANONYMOUS is set: everybody who reaches this server reads everything.',
  );
}
