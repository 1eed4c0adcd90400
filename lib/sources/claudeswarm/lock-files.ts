/**
 * Changes single lock files so that no lock of another holder is destroyed (swarm-files.md §11): each is complete from
 * its first moment, and is removed or replaced only if it is the expected one. Every call takes microseconds and is
 * synchronous: no other work of this process comes between its steps.
 */
import { constants, copyFileSync, linkSync, mkdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Exchange } from '../../platform/exchange-files';
import { errorCode, readIfChanged } from '../../platform/read-file';
import { type LockEntry, parseLock } from './lock-entry';
import { LOCKS_FOLDER } from './locks';
import { temporaryName } from './written-form';

const LIMIT_BYTES = 64 * 1024;

/** The content of a lock file. */
export type LockReading =
  | { kind: 'missing' }
  | { kind: 'lock'; entry: LockEntry }
  /** `changedAt`: when it was last written, milliseconds since 1970; null if that is not known. */
  | { kind: 'unreadable'; reason: string; changedAt: number | null };

/** Whether a lock file still has the content that its remover or replacer has read. */
export type IsExpected = (reading: LockReading) => boolean;

/**
 * How a change of a file ended. `changed`: it had other content, and was left; `lost` is true if it was removed for a
 * moment, and another lock took its place before it could be put back.
 */
export type Change = { kind: 'done' } | { kind: 'missing' } | { kind: 'changed'; found: LockReading; lost: boolean };

/** Errors of file systems without hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

export class LockFiles {
  readonly #folder: string;
  readonly #exchange: Exchange;

  /** @param root the swarm's root, an existing folder */
  constructor(root: string, exchange: Exchange) {
    this.#folder = join(root, LOCKS_FOLDER);
    this.#exchange = exchange;
  }

  /** Creates the folder of locks if there is none; its parent must exist. */
  makeFolder(): void {
    try {
      mkdirSync(this.#folder);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }

  /** @returns the names of all lock files; none if there is no folder */
  async names(): Promise<string[]> {
    try {
      return (await readdir(this.#folder)).filter((name) => name.endsWith('.lock'));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  read(name: string): LockReading {
    return this.#read(name, name);
  }

  /** Creates a lock file, complete from its first moment. @returns false if there is one */
  create(name: string, text: string): boolean {
    const temporary = this.#write(text);
    try {
      return this.#place(temporary, name);
    } finally {
      this.#unlink(temporary);
    }
  }

  /** Removes a lock file if it is the expected one. */
  remove(name: string, isExpected: IsExpected): Change {
    const found = this.read(name);
    if (found.kind === 'missing') return found;
    if (!isExpected(found)) return { kind: 'changed', found, lost: false };
    const aside = temporaryName();
    try {
      renameSync(join(this.#folder, name), join(this.#folder, aside));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return { kind: 'missing' };
      throw error;
    }
    // Another process may have replaced it since it was read.
    const taken = this.#read(aside, name);
    if (isExpected(taken)) {
      this.#discard(aside, name);
      return { kind: 'done' };
    }
    const lost = !this.#place(aside, name);
    this.#unlink(aside);
    return { kind: 'changed', found: taken, lost };
  }

  /** Gives a lock file new content if it is the expected one; where the system allows it, its name is never missing. */
  replace(name: string, text: string, isExpected: IsExpected): Change {
    const found = this.read(name);
    if (found.kind === 'missing') return found;
    if (!isExpected(found)) return { kind: 'changed', found, lost: false };
    const temporary = this.#write(text);
    try {
      const outcome = this.#exchange(join(this.#folder, temporary), join(this.#folder, name));
      if (outcome === 'missing') return { kind: 'missing' };
      if (outcome === 'unsupported') return this.#replaceInSteps(name, temporary, isExpected);
      const taken = this.#read(temporary, name);
      if (isExpected(taken)) return { kind: 'done' };
      const back = this.#exchange(join(this.#folder, temporary), join(this.#folder, name));
      return { kind: 'changed', found: taken, lost: back !== 'exchanged' && !this.#place(temporary, name) };
    } finally {
      this.#unlink(temporary);
    }
  }

  #replaceInSteps(name: string, temporary: string, isExpected: IsExpected): Change {
    const removed = this.remove(name, isExpected);
    if (removed.kind !== 'done') return removed;
    if (this.#place(temporary, name)) return removed;
    return { kind: 'changed', found: this.read(name), lost: false };
  }

  /** @param as the name of the lock file whose content it is */
  #read(name: string, as: string): LockReading {
    const file = join(this.#folder, name);
    const reading = readIfChanged(file, { limitBytes: LIMIT_BYTES, known: null, followLinks: false, now: Date.now() });
    switch (reading.kind) {
      case 'read': {
        const parsed = parseLock(as, reading.bytes);
        if (!('error' in parsed)) return { kind: 'lock', entry: parsed };
        return { kind: 'unreadable', reason: parsed.error, changedAt: reading.changedAt };
      }
      case 'irregular':
        return { kind: 'unreadable', reason: `it is ${reading.what}`, changedAt: null };
      case 'unreadable':
        return { kind: 'unreadable', reason: reading.reason, changedAt: null };
      default:
        return { kind: 'missing' };
    }
  }

  /** @returns the name of a new file that no reader takes for a lock */
  #write(text: string): string {
    const name = temporaryName();
    writeFileSync(join(this.#folder, name), text, { flag: 'wx', mode: 0o600 });
    return name;
  }

  /** Gives a file a second name. @returns false if that name exists */
  #place(from: string, name: string): boolean {
    const [source, target] = [join(this.#folder, from), join(this.#folder, name)];
    try {
      linkSync(source, target);
      return true;
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      if (!NO_LINKS.has(errorCode(error))) throw error;
    }
    try {
      copyFileSync(source, target, constants.COPYFILE_EXCL);
      return true;
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    }
  }

  /** Deletes what was moved aside; what can't be deleted, such as a folder, goes back. */
  #discard(aside: string, name: string): void {
    try {
      this.#unlink(aside);
    } catch (error) {
      renameSync(join(this.#folder, aside), join(this.#folder, name));
      throw error;
    }
  }

  #unlink(name: string): void {
    try {
      unlinkSync(join(this.#folder, name));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
}
