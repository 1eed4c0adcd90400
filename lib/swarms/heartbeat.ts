/** How long a beat waits for the work that it goes with. */
const MAX_WAIT_MS = 150;

/**
 * A beat that goes with work begun about once a second, so that what the work changes and the beat go out together. Where
 * the work takes longer, a beat comes without it: a slow disk is not to be taken for a dead server.
 */
export class HeartbeatTimer {
  #emit = () => {};
  /** Runs while a beat waits for its work. */
  #timer: NodeJS.Timeout | null = null;

  /** @returns what ends it */
  follow(emit: () => void): () => void {
    this.#emit = emit;
    return () => {
      this.#emit = () => {};
      this.#end();
    };
  }

  /** Another second has begun; `done` is to follow in it. */
  begin(): void {
    this.done();
    this.#timer = setTimeout(() => this.done(), MAX_WAIT_MS);
  }

  /** The work of this second is done. */
  done(): void {
    if (this.#end()) this.#emit();
  }

  /** @returns whether a beat was waited for */
  #end(): boolean {
    if (this.#timer === null) return false;
    clearTimeout(this.#timer);
    this.#timer = null;
    return true;
  }
}
