/** What `hooks install` keeps in the folder of the state: the token, and which settings files have the hooks. */
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { hookTokenFile } from '../lib/config/hook-token';
import { replaceSecret } from '../lib/config/secret-file';
import { newToken } from '../lib/config/tokens-file';
import { StartError } from './start-error';

const OTHERS_MAY = 0o077;

/** By the path of a settings file: the mode to give back to it, null if its mode was not changed. */
type Installs = Record<string, number | null>;

const installs = z.record(z.string(), z.int().nullable());

export class HookInstalls {
  readonly #folder: string;

  /** @param folder of the state; it is created when something is kept */
  constructor(folder: string) {
    this.#folder = folder;
  }

  get tokenFile(): string {
    return hookTokenFile(this.#folder);
  }

  get #file(): string {
    return join(this.#folder, 'hook-installs.json');
  }

  /**
   * @returns the token; null if there is none yet
   * @throws {StartError} if others may have read it
   */
  token(): string | null {
    const stats = statSync(this.tokenFile, { throwIfNoEntry: false });
    if (!stats) return null;
    if (stats.mode & OTHERS_MAY) {
      throw new StartError(`Other users may read the token ${this.tokenFile}: remove the file for a new token.`);
    }
    return readFileSync(this.tokenFile, 'utf8').trim() || null;
  }

  /** Keeps a token. */
  keepToken(token: string): void {
    replaceSecret(this.tokenFile, token);
  }

  /** Remembers that a settings file has the hooks. A mode that is known already is not replaced. */
  add(path: string, mode: number | null): void {
    const known = this.#read();
    this.#save({ ...known, [path]: known[path] ?? mode });
  }

  /** @returns the mode to give back to a settings file; null to leave it */
  modeOf(path: string): number | null {
    return this.#read()[path] ?? null;
  }

  /** Forgets a settings file, and the token with the last of them. @returns whether the token is gone */
  remove(path: string): boolean {
    const { [path]: _, ...left } = this.#read();
    if (Object.keys(left).length > 0) {
      this.#save(left);
      return false;
    }
    for (const file of [this.#file, this.tokenFile]) rmSync(file, { force: true });
    return true;
  }

  #read(): Installs {
    try {
      return installs.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch {
      // Missing or damaged: only modes are not given back then.
      return {};
    }
  }

  #save(known: Installs): void {
    replaceSecret(this.#file, JSON.stringify(known, null, 2));
  }
}

/** @returns a token for hooks */
export function newHookToken(): string {
  return newToken('hooks', 'hook').token;
}
