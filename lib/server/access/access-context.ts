/** What decides whether a request is answered. Created once when the server starts, or by a test. */
import type { Config } from '../../config/config';
import { ensureOperatorKey, OPERATOR_KEY, usesOperatorKey } from '../../config/operator-key';
import { SecretFile } from '../../config/secret-file';
import { log } from '../../platform/log';
import { HOOK_TOKEN } from './hook-token';
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
  readonly hookToken: Pick<SecretFile, 'has'>;
  /** The operator key; not read where there are credentials. */
  readonly operatorKey: Pick<SecretFile, 'has' | 'fault'>;
}

/**
 * Reads the tokens. From then on their file is checked once a second, and the streams of revoked tokens are closed.
 *
 * @throws {ConfigError} if the tokens file cannot be used
 */
export function createAccess(config: Config): AccessContext {
  const streams = new OpenStreams();
  const warn = (sentence: string) => log().warn(sentence);
  const hookToken = new SecretFile(config.hookTokenFile, HOOK_TOKEN, warn);
  const operatorKey = new SecretFile(config.operatorKeyFile, OPERATOR_KEY, warn);
  return { config, limits: createLimits(), streams, tokens: openTokens(config, streams), hookToken, operatorKey };
}

/**
 * Creates the operator key if commands need it and there is none, and logs where it is, never the key itself. Without a
 * key the server runs all the same, and accepts no command.
 */
export function prepareOperatorKey(config: Config): void {
  if (!usesOperatorKey(config)) return;
  const made = ensureOperatorKey(config.operatorKeyFile);
  if ('fault' in made) {
    log().warn(made.fault);
    return;
  }
  const use = 'To act from the page, open its address followed by "#key=" and the content of this file.';
  log().info({ file: config.operatorKeyFile, use }, 'operator key ready');
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
