/** A file of settings that is looked at again while the server runs: what it said last holds while it is faulty. */

import { readIfChanged } from '../platform/read-file';
import { ConfigError } from './config';

/** So much YAML is read within half a second, during which nothing else is done. */
const MAX_FILE_BYTES = 256_000;

export interface SettingsFileKind<Content> {
  /** How sentences about it begin, before its path. */
  called: string;
  /**
   * Reads its text.
   *
   * @throws {ConfigError} whose sentences name the file and repeat nothing of it that is secret
   */
  parse(text: string): Content;
  /** What holds once it is gone; left out, what it said last. */
  gone?: Content;
  /** What a fault means while this holds, as a sentence. */
  consequence(content: Content): string;
}

export class SettingsFile<Content> {
  readonly #path: string;
  readonly #kind: SettingsFileKind<Content>;
  #content: Content;
  #signature: string | null = null;
  #faults: readonly string[] = [];

  /**
   * @param path absolute
   * @throws {ConfigError} if it can't be used
   */
  constructor(path: string, kind: SettingsFileKind<Content>) {
    this.#path = path;
    this.#kind = kind;
    const read = this.#read();
    if (!read || this.#faults.length > 0) throw new ConfigError(this.#faults);
    this.#content = read.content;
  }

  /** What it said last without a fault; another object whenever it was read anew. */
  get content(): Content {
    return this.#content;
  }

  /** What is wrong with it and what that means, null if nothing is. */
  get fault(): string | null {
    if (this.#faults.length === 0) return null;
    return [...this.#faults, this.#kind.consequence(this.#content)].join(' ');
  }

  /** Reads it if it is not as the last look left it. */
  refresh(): void {
    const read = this.#read();
    if (read) this.#content = read.content;
  }

  /** @returns what holds from now on, null where that changes nothing */
  #read(): { content: Content } | null {
    const options = { limitBytes: MAX_FILE_BYTES, known: this.#signature, followLinks: true, now: Date.now() };
    const reading = readIfChanged(this.#path, options);
    if (reading.kind === 'unchanged') return null;
    this.#signature = reading.kind === 'read' ? reading.signature : null;
    if (reading.kind === 'read') return this.#parse(reading.bytes.toString('utf8'));
    const { called, gone } = this.#kind;
    const file = `${called} ${this.#path}`;
    if (reading.kind === 'irregular') this.#faults = [`${file} is ${reading.what}, not a file.`];
    else if (reading.kind === 'unreadable') this.#faults = [`${file} can't be read: ${reading.reason}.`];
    else {
      this.#faults = [`${file} is missing.`];
      if (gone !== undefined) return { content: gone };
    }
    return null;
  }

  #parse(text: string): { content: Content } | null {
    try {
      const content = this.#kind.parse(text);
      this.#faults = [];
      return { content };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#faults = error.faults;
      return null;
    }
  }
}
