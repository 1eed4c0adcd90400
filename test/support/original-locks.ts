/**
 * The locks of the swarm's own tool, as swarm-files.md §5 describes its steps, with its races: it looks for overlaps
 * only before it creates a lock, creates the file empty, and deletes what it found a moment ago to be past the timeout.
 */
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { patternsOverlap } from '../../lib/contract/fnmatch';
import { normalizeLockPath } from '../../lib/contract/lock-path';
import type { Random } from '../../lib/simulator/random';
import { lockFileName } from '../../lib/sources/claudeswarm/lock-entry';
import { LOCKS_FOLDER } from '../../lib/sources/claudeswarm/locks';
import { lockText } from '../../lib/sources/claudeswarm/written-form';

const RETRIES = 5;
const FIRST_RETRY_MS = 100;

interface Held {
  agent_id: string;
  filepath: string;
  locked_at: number;
}

export class OriginalLocks {
  readonly #folder: string;
  readonly #random: Random;

  constructor(root: string, random: Random) {
    this.#folder = join(root, LOCKS_FOLDER);
    this.#random = random;
    mkdirSync(this.#folder, { recursive: true });
  }

  async acquire(agentId: string, path: string, reason: string, timeoutSeconds: number): Promise<boolean> {
    const filepath = normalizeLockPath(path);
    const file = join(this.#folder, lockFileName(filepath));
    const held = this.#read(file);
    if (held === 'unparsable') unlink(file);
    else if (held !== null && held.agent_id === agentId) {
      const text = lockText({ agentId, filepath, reason, now: Date.now() });
      write(`${file}.tmp`, 'w', text);
      renameSync(`${file}.tmp`, file);
      return true;
    } else if (held !== null) {
      if (!isPast(held, timeoutSeconds)) return false;
      unlink(file);
    }
    if (this.#hasOverlap(agentId, filepath, timeoutSeconds)) return false;
    for (let retry = 0; ; retry++) {
      try {
        write(file, 'wx', lockText({ agentId, filepath, reason, now: Date.now() }));
        return true;
      } catch {
        if (retry === RETRIES) return false;
        await delay(FIRST_RETRY_MS * 2 ** retry * (this.#random.integer(75, 125) / 100));
      }
    }
  }

  release(agentId: string, path: string): boolean {
    const file = join(this.#folder, lockFileName(path));
    const held = this.#read(file);
    if (held === null || held === 'unparsable') return true;
    if (held.agent_id !== agentId) return false;
    unlink(file);
    return true;
  }

  #hasOverlap(agentId: string, filepath: string, timeoutSeconds: number): boolean {
    for (const name of readdirSync(this.#folder)) {
      if (!name.endsWith('.lock')) continue;
      const held = this.#read(join(this.#folder, name));
      if (held === null || held === 'unparsable') continue;
      if (isPast(held, timeoutSeconds)) unlink(join(this.#folder, name));
      else if (held.agent_id !== agentId && patternsOverlap(filepath, held.filepath)) return true;
    }
    return false;
  }

  #read(file: string): Held | 'unparsable' | null {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      return null;
    }
    try {
      return JSON.parse(text) as Held;
    } catch {
      return 'unparsable';
    }
  }
}

function isPast({ locked_at }: Held, timeoutSeconds: number): boolean {
  return Date.now() / 1000 - locked_at > timeoutSeconds;
}

/** Opens, then writes: between the two the file is empty. */
function write(file: string, flags: 'w' | 'wx', text: string): void {
  const descriptor = openSync(file, flags);
  try {
    writeSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}

function unlink(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // Another process was faster.
  }
}
