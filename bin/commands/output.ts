/** Where a command writes: results to the standard output, everything else to the standard error. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** The reader of the output has closed it, such as `head`: nothing is left to do. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

export class Output {
  readonly #out: Writable;
  readonly #errors: Writable;
  #closed = false;

  constructor(out: Writable = process.stdout, errors: Writable = process.stderr) {
    this.#out = out;
    this.#errors = errors;
    out.on('error', () => {
      this.#closed = true;
    });
    errors.on('error', () => {});
  }

  /**
   * Writes a result, and waits while its reader is slower.
   *
   * @throws {OutputClosed} if nobody reads it any more
   */
  async line(text: string): Promise<void> {
    if (this.#closed || this.#out.destroyed) throw new OutputClosed();
    if (!this.#out.write(`${text}\n`) && !this.#closed) {
      await once(this.#out, 'drain').catch(() => {
        this.#closed = true;
      });
    }
    if (this.#closed) throw new OutputClosed();
  }

  /** Writes a remark for the person. */
  remark(text: string): void {
    this.#errors.write(`${text}\n`);
  }
}
