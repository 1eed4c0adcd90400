/** A file of settings that is read again while the server runs: its last valid content is used while it is faulty. */

import { readIfChanged } from '../platform/read-file';
import { ConfigError } from './config';

/** Reading this much YAML takes half a second, during which nothing else is done. */
const MAX_FILE_BYTES = 256_000;

export interface SettingsFileKind<Content> {
  /** The beginning of sentences about it, before its path. */
  called: string;
  /**
   * Parses its text.
   *
   * @throws {ConfigError} whose sentences name the file and repeat no secret of it
   */
  parse(text: string): Content;
  /** The content that is used if the file has a fault at the start; if left out, that is an error. */
  initial?: Content;
  /** The content that is used once the file is gone; if left out, its last content. */
  gone?: Content;
  /** The consequence of a fault while `content` is in use, a sentence. */
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
   * @throws {ConfigError} if it can't be used and its kind has no initial content
   */
  constructor(path: string, kind: SettingsFileKind<Content>) {
    this.#path = path;
    this.#kind = kind;
    const read = this.#read();
    if (read && this.#faults.length === 0) this.#content = read.content;
    else if (kind.initial !== undefined) this.#content = kind.initial;
    else throw new ConfigError(this.#faults);
  }

  /** Its last content without a fault; a new object after each reading. */
  get content(): Content {
    return this.#content;
  }

  /** Its fault and the consequence, null if there is none. */
  get fault(): string | null {
    if (this.#faults.length === 0) return null;
    return [...this.#faults, this.#kind.consequence(this.#content)].join(' ');
  }

  /** Reads the file if it has changed since the last call. */
  refresh(): void {
    const read = this.#read();
    if (read) this.#content = read.content;
  }

  /** @returns the content to use from now on, null if it does not change */
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
