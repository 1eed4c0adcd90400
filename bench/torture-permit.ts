/** Permits for writers to rotate the log: the torture sets them in a file, under a lock that all writers take. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LogWriter } from '../lib/sources/claudeswarm/writer';

/** The number of rotations allowed from now on; two in one outage would destroy messages unread. */
export type Allowance = number | 'any';

export class RotationPermit {
  readonly #file: string;
  readonly #lock: LogWriter;

  /** @param folder a folder that the swarm does not use; the log file in it only serves as the lock */
  constructor(folder: string) {
    this.#file = path.join(folder, 'allowance.json');
    this.#lock = new LogWriter(folder, { lockTimeoutMs: 60_000 });
  }

  /** Sets the allowance. No rotation is in progress when this returns. */
  allow(allowance: Allowance): void {
    this.#lock.exclusively(() => writeFileSync(this.#file, JSON.stringify(allowance)));
  }

  /** Runs an action that may rotate the log, if one more rotation is allowed. @returns whether it ran */
  use(action: () => void): boolean {
    let used = false;
    this.#lock.exclusively(() => {
      const allowance = JSON.parse(readFileSync(this.#file, 'utf8')) as Allowance;
      if (allowance === 0) return;
      action();
      if (allowance !== 'any') writeFileSync(this.#file, JSON.stringify(allowance - 1));
      used = true;
    });
    return used;
  }
}
