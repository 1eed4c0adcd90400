/** Who may rotate the log, said by the torture to its writers through a file and under a lock that all of them take. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LogWriter } from '../lib/sources/claudeswarm/writer';

/** How many rotations are allowed from now on; more than one outage can bear would destroy messages unread. */
export type Allowance = number | 'any';

export class RotationPermit {
  readonly #file: string;
  readonly #lock: LogWriter;

  /** @param folder one that the swarm does not use; its own log file only serves as the lock */
  constructor(folder: string) {
    this.#file = path.join(folder, 'allowance.json');
    this.#lock = new LogWriter(folder, { lockTimeoutMs: 60_000 });
  }

  /** Sets the allowance. No rotation is under way when this returns. */
  allow(allowance: Allowance): void {
    this.#lock.exclusively(() => writeFileSync(this.#file, JSON.stringify(allowance)));
  }

  /** Runs an action that may rotate, if one more rotation is allowed. @returns whether it ran */
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
