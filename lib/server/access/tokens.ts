/** The valid bearer tokens: those of a file, which is checked once a second. */
import { statSync } from 'node:fs';
import { type Config, ConfigError } from '../../config/config';
import { parseTokens, type Token } from '../../config/tokens-file';
import { SettingsFile } from '../../config/watched-file';
import { log } from '../../platform/log';
import type { OpenStreams } from './open-streams';

const REFRESH_INTERVAL_MS = 1000;
/** Bits of a file's mode: its group or all other users may read or write it. */
const OTHERS_MAY = 0o066;

/** Tokens by digest. */
type Tokens = ReadonlyMap<string, Token>;

/** Keeps the tokens of a file. */
export class TokenStore {
  readonly #path: string;
  readonly #warn: (sentence: string) => void;
  readonly #file: SettingsFile<Tokens>;
  /** The last warning about the file, so that each is logged once and not every second. */
  #said: string | null = null;

  /**
   * @param path absolute
   * @param warn receives a sentence that states what is wrong with the file
   * @throws {ConfigError} if the file cannot be used
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

  /** @returns the token with a digest; null if there is none, or no longer */
  find(digest: string): Token | null {
    return this.#file.content.get(digest) ?? null;
  }

  /**
   * Reads the file if it has changed since the last refresh. A faulty file changes nothing; without a file no token is
   * valid.
   */
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
    throw new ConfigError([`${error.faults.join(' ')} The file is ${path}.`]);
  }
}

/**
 * Opens the tokens file of the settings. From then on it is checked once a second, and the streams of tokens that it no
 * longer contains are closed.
 *
 * @returns null if no file is set
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
