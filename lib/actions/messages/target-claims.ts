/**
 * Claims on agents, so that two dashboards of one user do not type into the same terminal at once: files in their state
 * folder, each with a lock that the kernel releases when its process ends. The time of a file is that of the last
 * message.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { releaseFlock, tryFlock } from '../../platform/flock';
import type { Reach } from './delivery';

/** Longer than most deliveries take. */
const CLAIM_TIMEOUT_MS = 5000;
const CLAIM_INTERVAL_MS = 100;
/** Of hexadecimal digits: at most 4096 files, however many sessions there were. Two agents of one name take turns. */
const NAME_LENGTH = 3;

export interface Claim {
  /** Waits until that many milliseconds have passed since the last message. */
  spaced(ms: number, signal: AbortSignal): Promise<void>;
  /** Notes that a message was sent now. */
  note(): Promise<void>;
  release(): Promise<void>;
}

export class TargetClaims {
  readonly #folder: string;

  /** @param folder is created if it is missing */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @returns null if another dashboard has it for several seconds */
  async claim(key: string): Promise<Claim | null> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const name = createHash('sha256').update(key).digest('hex').slice(0, NAME_LENGTH);
    const path = join(this.#folder, `${name}.claim`);
    const file = await open(path, 'a', 0o600);
    const deadline = performance.now() + CLAIM_TIMEOUT_MS;
    try {
      while (!tryFlock(file.fd, path)) {
        if (performance.now() >= deadline) {
          await file.close();
          return null;
        }
        await delay(CLAIM_INTERVAL_MS);
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    return claimOf(file);
  }
}

function claimOf(file: FileHandle): Claim {
  return {
    spaced: async (ms, signal) => {
      const { mtimeMs, size } = await file.stat();
      // The clock of JavaScript has no fractions.
      const passed = Date.now() - Math.trunc(mtimeMs);
      // A new file, and one from a time that is ahead of the clock, say nothing.
      if (size === 0 || passed < 0 || passed >= ms) return;
      await delay(ms - passed, undefined, { signal }).catch(() => {});
    },
    note: async () => {
      await file.truncate(0);
      await file.write('sent\n');
    },
    release: async () => {
      releaseFlock(file.fd);
      await file.close();
    },
  };
}

/** @returns a name of an agent; two dashboards that see the same agent give it the same one */
export function targetKey({ session, pane }: Pick<Reach, 'session' | 'pane'>): string {
  if (session !== null) return `session ${session.pid} ${session.procStart}`;
  return `pane ${pane?.id} ${pane?.pid}`;
}
