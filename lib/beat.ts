/**
 * A beat that goes with work begun about once a second, so that what the work changes and the beat go out together. Where
 * the work takes longer, a beat comes without it: a slow disk is not to be taken for a dead server.
 */
export class Beat {
  #tell = () => {};
  #awaited = false;

  /** @returns what ends it */
  follow(tell: () => void): () => void {
    this.#tell = tell;
    return () => {
      this.#tell = () => {};
    };
  }

  /** Another second has begun; `done` is to follow in it. */
  begin(): void {
    if (this.#awaited) this.#tell();
    this.#awaited = true;
  }

  /** The work of this second is done. */
  done(): void {
    this.#awaited = false;
    this.#tell();
  }
}
