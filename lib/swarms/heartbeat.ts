/** How long a heartbeat waits for the work of its second. */
const MAX_WAIT_MS = 150;

/**
 * Emits the heartbeat right after the once-a-second refresh, so that both leave in one write. Where the refresh takes
 * longer than 150 ms, the heartbeat comes without it: a slow disk must not look like a dead server.
 */
export class HeartbeatTimer {
  #emit = () => {};
  /** Runs while a heartbeat waits for its work. */
  #timer: NodeJS.Timeout | null = null;

  /** @returns a function that ends the heartbeats */
  follow(emit: () => void): () => void {
    this.#emit = emit;
    return () => {
      this.#emit = () => {};
      this.#end();
    };
  }

  /** Begins another second; `done` is to follow in it. */
  begin(): void {
    this.done();
    this.#timer = setTimeout(() => this.done(), MAX_WAIT_MS);
  }

  /** Emits the heartbeat of this second if it has not been emitted yet, since its work is done. */
  done(): void {
    if (this.#end()) this.#emit();
  }

  /** @returns whether a heartbeat was pending */
  #end(): boolean {
    if (this.#timer === null) return false;
    clearTimeout(this.#timer);
    this.#timer = null;
    return true;
  }
}
