/**
 * Keeps a fault of this program in one part of the recorder from ending the recorder: messages are recorded whatever
 * the files of the swarm contain. An unusable or damaged database is not caught here; `Guard` takes it.
 */
import { HistoryFault, historyFault } from '../history/history-fault';
import { safeError } from '../platform/safe-error';
import type { RecorderEvent, RecorderPart } from './events';

export class PartFaults {
  readonly #publish: (event: RecorderEvent) => void;
  readonly #failed = new Set<RecorderPart>();

  constructor(publish: (event: RecorderEvent) => void) {
    this.#publish = publish;
  }

  /**
   * Runs a step of a part. The first fault of the part is published, and its recovery.
   *
   * @returns whether it worked
   * @throws what an unusable or damaged database throws
   */
  attempt(part: RecorderPart, step: () => void): boolean {
    try {
      step();
    } catch (error) {
      if (historyFault(error, '') instanceof HistoryFault) throw error;
      if (!this.#failed.has(part)) this.#publish({ type: 'part', part, fault: safeError(error) });
      this.#failed.add(part);
      return false;
    }
    if (this.#failed.delete(part)) this.#publish({ type: 'part', part, fault: null });
    return true;
  }
}
