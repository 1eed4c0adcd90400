/**
 * The operator key: where no credentials are set, only its holder may send commands. One for each user of the computer,
 * in a file that only this user may read; all dashboards of the user share it.
 */
import { describeFileError } from '../platform/read-file';
import { type Config, ConfigError } from './config';
import { ensureSecret, isSecret, newSecret, replaceSecret, type SecretKind } from './secret-file';

const REPLACE = 'run "claude-swarm-dashboard --new-operator-key" for a new one';

export const OPERATOR_KEY: SecretKind = {
  called: 'The operator key',
  consequence: 'Until that is corrected, no command is accepted.',
  remedy: REPLACE,
  missing: REPLACE,
  isValid: isSecret,
};

type KeyUse = Pick<Config, 'credentials' | 'tokensFile' | 'actions' | 'bundle'>;

/** @returns whether commands need the operator key: they are on, and nobody has credentials */
export function usesOperatorKey({ credentials, tokensFile, actions, bundle }: KeyUse): boolean {
  return credentials === null && tokensFile === null && actions.length > 0 && bundle === null;
}

/**
 * Reads the operator key, and creates it if there is none. Of several processes that start at once, all get the same.
 *
 * @param path absolute
 * @returns the key, or a sentence that says why there is none and what to do
 */
export function ensureOperatorKey(path: string): { key: string } | { fault: string } {
  const made = ensureSecret(
    path,
    OPERATOR_KEY,
    (error) => `${unwritable(path, error)} No command is accepted until there is one.`,
  );
  return 'secret' in made ? { key: made.secret } : made;
}

/**
 * Replaces the operator key. Running dashboards accept the new one at once, and the former one no longer.
 *
 * @param path absolute
 * @returns the new key
 * @throws {ConfigError} if the file can't be written
 */
export function replaceOperatorKey(path: string): string {
  const key = newOperatorKey();
  try {
    replaceSecret(path, key);
  } catch (error) {
    throw new ConfigError([unwritable(path, error)]);
  }
  return key;
}

/** @returns a new key, which is kept nowhere */
export function newOperatorKey(): string {
  return newSecret();
}

function unwritable(path: string, error: unknown): string {
  return `The operator key can't be written to ${path} (${describeFileError(error)}): make its folder writable, or name another file in OPERATOR_KEY_FILE.`;
}

/**
 * @param address of the dashboard, with its base path
 * @returns the link that gives the key to the page: a browser sends nothing behind the number sign to any server
 */
export function operatorLink(address: string, key: string): string {
  const link = new URL(address);
  link.hash = `key=${key}`;
  return link.href;
}
