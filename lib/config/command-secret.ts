/**
 * The secret by which commands are compared whose bodies are not recorded, such as texts for a terminal. One for each
 * user of the computer, so that all dashboards on one history compare alike, also after a restart. It is not kept in the
 * history: whoever has a copy of that must not be able to try out short texts.
 */
import { describeFileError } from '../platform/read-file';
import { ensureSecret, isSecret, newSecret, type SecretKind } from './secret-file';

const COMMAND_SECRET: SecretKind = {
  called: 'The secret of commands',
  consequence: 'Until that is corrected, repeated commands for terminals are compared only within one process.',
  remedy: 'remove it and restart the dashboard',
  missing: null,
  isValid: isSecret,
};

/**
 * @param path absolute; the file is read, or created, when the secret is first needed
 * @param warn receives a sentence once if the file can't be used; a secret of this process replaces it
 * @returns what gives the secret, always the same
 */
export function commandSecret(path: string, warn: (sentence: string) => void): () => string {
  let known: string | null = null;
  return () => {
    known ??= read(path, warn);
    return known;
  };
}

function read(path: string, warn: (sentence: string) => void): string {
  const made = ensureSecret(
    path,
    COMMAND_SECRET,
    (error) =>
      `The secret of commands can't be written to ${path} (${describeFileError(error)}): make its folder writable. ${COMMAND_SECRET.consequence}`,
  );
  if ('secret' in made) return made.secret;
  warn(made.fault);
  return newSecret();
}
