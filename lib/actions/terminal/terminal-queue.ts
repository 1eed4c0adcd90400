/** Keeps the order of what is typed into each terminal: one step after the other, as the commands arrived. */
import { ActionRefused } from '../action';

/** A person who types sends a few commands at once; more wait behind a terminal that does not answer. */
const MAX_WAITING = 50;

export class TerminalQueue {
  readonly #last = new Map<string, { done: Promise<unknown>; waiting: number }>();

  /**
   * Runs a step when all earlier ones of the same agent have ended.
   *
   * @throws {ActionRefused} if too many wait
   */
  async run<Result>(agentId: string, step: () => Promise<Result>): Promise<Result> {
    const queue = this.#last.get(agentId) ?? { done: Promise.resolve(), waiting: 0 };
    if (queue.waiting >= MAX_WAITING) {
      throw new ActionRefused('unavailable', `${MAX_WAITING} commands wait for this terminal; try again in a moment.`);
    }
    queue.waiting += 1;
    this.#last.set(agentId, queue);
    const done = queue.done.then(step);
    queue.done = done.catch(() => {});
    try {
      return await done;
    } finally {
      queue.waiting -= 1;
      if (queue.waiting === 0) this.#last.delete(agentId);
    }
  }
}
