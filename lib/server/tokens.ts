/** The bearer tokens in force: those of a file, which is looked at once a second. */
import { statSync } from 'node:fs';
import { ConfigError, getConfig } from '../config';
import { lookAtFile } from '../swarm/small-file';
import { parseTokens, type Token } from '../tokens-file';
import { oncePerProcess } from './once';
import { openStreams } from './open-streams';

const LOOK_EVERY_MS = 1000;
const LARGEST_FILE = 1_000_000;
/** Of a file's mode: its group or all others may read or write it. */
const OTHERS_MAY = 0o066;

/** Holds the tokens of a file. */
export class TokenStore {
  readonly #path: string;
  readonly #warn: (sentence: string) => void;
  #tokens: ReadonlyMap<string, Token> = new Map();
  #signature: string | null = null;
  /** What is wrong with the file, as a sentence without anything of its content; null if nothing is. */
  #fault: string | null = null;
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
    this.#read();
    if (this.#fault !== null) throw new ConfigError([this.#fault]);
    this.#tell();
  }

  /** @returns the token with a digest, null if none has it (any more) */
  find(digest: string): Token | null {
    return this.#tokens.get(digest) ?? null;
  }

  /** Reads the file if it is not as the last look left it. A faulty one changes nothing; one that is gone holds none. */
  look(): void {
    this.#read();
    this.#tell();
  }

  #tell(): void {
    const sentence = this.#fault === null ? this.#openToOthers() : `${this.#fault} ${this.#consequence()}`;
    if (sentence !== null && sentence !== this.#said) this.#warn(sentence);
    this.#said = sentence;
  }

  #consequence(): string {
    return this.#tokens.size === 0 ? 'No token is valid.' : 'The tokens read before stay valid.';
  }

  #read(): void {
    const options = { limitBytes: LARGEST_FILE, known: this.#signature, followLinks: true, now: Date.now() };
    const look = lookAtFile(this.#path, options);
    if (look.kind === 'unchanged') return;
    this.#signature = look.kind === 'read' ? look.signature : null;
    if (look.kind === 'read') this.#take(look.bytes.toString('utf8'));
    else if (look.kind === 'irregular') this.#fault = `The tokens file ${this.#path} is ${look.what}, not a file.`;
    else if (look.kind === 'unreadable') this.#fault = `The tokens file ${this.#path} can't be read: ${look.reason}.`;
    else {
      this.#tokens = new Map();
      this.#fault = `The tokens file ${this.#path} is missing.`;
    }
  }

  #take(text: string): void {
    try {
      this.#tokens = new Map(parseTokens(text).map((token) => [token.digest, token]));
      this.#fault = null;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#fault = `${error.faults.join(' ')} It is ${this.#path}.`;
    }
  }

  #openToOthers(): string | null {
    const mode = statSync(this.#path, { throwIfNoEntry: false })?.mode ?? 0;
    return mode & OTHERS_MAY ? `Other users may read the tokens file ${this.#path}: chmod 600 it.` : null;
  }
}

/**
 * The tokens of this process. From the first use on their file is looked at once a second, and the streams of tokens
 * that it holds no longer are ended.
 *
 * @returns null where no file is set
 * @throws {ConfigError} if the file can't be used
 */
export function getTokens({ tokensFile } = getConfig()): TokenStore | null {
  if (tokensFile === null) return null;
  return oncePerProcess(`tokens:${tokensFile}`, () => {
    const store = new TokenStore(tokensFile, console.warn);
    const look = () => {
      store.look();
      openStreams().endRevoked((digest) => store.find(digest) !== null);
    };
    setInterval(look, LOOK_EVERY_MS).unref();
    return store;
  });
}
