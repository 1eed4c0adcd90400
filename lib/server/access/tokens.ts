/** The bearer tokens in force: those of a file, which is looked at once a second. */
import { statSync } from 'node:fs';
import { type Config, ConfigError } from '../../config/config';
import { parseTokens, type Token } from '../../config/tokens-file';
import { SettingsFile } from '../../config/watched-file';
import { log } from '../../platform/log';
import type { OpenStreams } from './open-streams';

const REFRESH_INTERVAL_MS = 1000;
/** Of a file's mode: its group or all others may read or write it. */
const OTHERS_MAY = 0o066;

/** By digest. */
type Tokens = ReadonlyMap<string, Token>;

/** Holds the tokens of a file. */
export class TokenStore {
  readonly #path: string;
  readonly #warn: (sentence: string) => void;
  readonly #file: SettingsFile<Tokens>;
  /** What was last said about it: each sentence once, not each second. */
  #said: string | null = null;

  /**
   * @param path absolute
   * @param warn is told in a sentence what is wrong with the file
   * @throws {ConfigError} if it can't be used
   */
  constructor(path: string, warn: (sentence: string) => void) {
    this.#path = path;
    this.#warn = warn;
    this.#file = new SettingsFile<Tokens>(path, {
      called: 'The tokens file',
      parse: (text) => readTokens(text, path),
      gone: new Map(),
      consequence: ({ size }) => (size === 0 ? 'No token is valid.' : 'The tokens read before stay valid.'),
    });
    this.#notify();
  }

  /** @returns the token with a digest, null if none has it (any more) */
  find(digest: string): Token | null {
    return this.#file.content.get(digest) ?? null;
  }

  /** Reads the file if it is not as the last look left it. A faulty one changes nothing; one that is gone holds none. */
  refresh(): void {
    this.#file.refresh();
    this.#notify();
  }

  #notify(): void {
    const sentence = this.#file.fault ?? this.#openToOthers();
    if (sentence !== null && sentence !== this.#said) this.#warn(sentence);
    this.#said = sentence;
  }

  #openToOthers(): string | null {
    const mode = statSync(this.#path, { throwIfNoEntry: false })?.mode ?? 0;
    return mode & OTHERS_MAY ? `Other users may read the tokens file ${this.#path}: chmod 600 it.` : null;
  }
}

/** @throws {ConfigError} that names the file */
function readTokens(text: string, path: string): Tokens {
  try {
    return new Map(parseTokens(text).map((token) => [token.digest, token]));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError([`${error.faults.join(' ')} It is ${path}.`]);
  }
}

/**
 * Opens the tokens file that the settings name. From then on it is checked once a second, and the streams of tokens that it
 * no longer contains are closed.
 *
 * @returns null where no file is set
 * @throws {ConfigError} if the file cannot be used
 */
export function openTokens({ tokensFile }: Pick<Config, 'tokensFile'>, streams: OpenStreams): TokenStore | null {
  if (tokensFile === null) return null;
  const store = new TokenStore(tokensFile, (sentence) => log().warn(sentence));
  const refresh = () => {
    store.refresh();
    streams.endRevoked((digest) => store.find(digest) !== null);
  };
  setInterval(refresh, REFRESH_INTERVAL_MS).unref();
  return store;
}
