/** Finds the locks that overlap a path, fresh from their files, in turns of the event loop. */
import { setTimeout as delay } from 'node:timers/promises';
import { type CompiledPattern, compilePattern, hasPatternCharacters, matchesPattern } from '../../contract/fnmatch';
import { runInTurns } from '../../platform/turns';
import type { LockEntry } from './lock-entry';
import type { LockFiles, LockReading } from './lock-files';

/**
 * The swarm's tool creates a lock file empty and then writes it, so one that can't be read may become a lock within
 * this time.
 */
export const SETTLING_MS = 1000;
const RETRY_INTERVAL_MS = 10;

export class LockSurvey {
  readonly #files: LockFiles;
  readonly #path: string;
  readonly #isPattern: boolean;
  readonly #pattern: CompiledPattern;
  readonly #own: string;
  /** Files of paths that do not overlap, whoever holds them: their names are hashes of the paths. */
  readonly #apart = new Set<string>();

  /**
   * @param own the name of the path's own lock file, which is left out
   * @param path normalised
   */
  constructor(files: LockFiles, own: string, path: string) {
    this.#files = files;
    this.#own = own;
    this.#path = path;
    this.#isPattern = hasPatternCharacters(path);
    this.#pattern = compilePattern(path);
  }

  /** How many lock files were found not to overlap. */
  get size(): number {
    return this.#apart.size;
  }

  /**
   * Reads every lock file that may overlap. After the first time that is few: only new ones, and those that overlap.
   *
   * @returns the locks whose path overlaps, by the rule of the swarm's tool
   */
  async overlapping(): Promise<LockEntry[]> {
    const found: LockEntry[] = [];
    const unsettled: string[] = [];
    const names = (await this.#files.names()).filter((name) => name !== this.#own && !this.#apart.has(name));
    await runInTurns(this.#look(names, found, unsettled));
    const deadline = performance.now() + SETTLING_MS;
    while (unsettled.length > 0 && performance.now() < deadline) {
      await delay(RETRY_INTERVAL_MS);
      await runInTurns(this.#look(unsettled.splice(0), found, unsettled));
    }
    return found;
  }

  *#look(names: readonly string[], found: LockEntry[], unsettled: string[]): Generator<void> {
    for (const name of names) {
      const reading = this.#files.read(name);
      if (isUnsettled(reading)) unsettled.push(name);
      if (reading.kind === 'lock') this.#compare(name, reading.entry, found);
      yield;
    }
  }

  #compare(name: string, entry: LockEntry, found: LockEntry[]): void {
    const { filepath } = entry.fields;
    if (typeof filepath !== 'string') return;
    if (this.#overlaps(filepath)) found.push(entry);
    else if (entry.warnings.length === 0) this.#apart.add(name);
  }

  #overlaps(other: string): boolean {
    if (other === this.#path) return true;
    if (this.#isPattern && matchesPattern(this.#pattern, other)) return true;
    return hasPatternCharacters(other) && matchesPattern(compilePattern(other), this.#path);
  }
}

/**
 * Reads a lock file, and again while it may still be written.
 *
 * @returns its content; unreadable only if it stayed so
 */
export async function readSettled(files: LockFiles, name: string): Promise<LockReading> {
  const deadline = performance.now() + SETTLING_MS;
  for (;;) {
    const reading = files.read(name);
    if (!isUnsettled(reading) || performance.now() >= deadline) return reading;
    await delay(RETRY_INTERVAL_MS);
  }
}

/** @returns whether a file that can't be read was written so recently that it may become a lock */
export function isUnsettled(reading: LockReading): boolean {
  if (reading.kind !== 'unreadable' || reading.changedAt === null) return false;
  return Math.abs(Date.now() - reading.changedAt) < SETTLING_MS;
}
