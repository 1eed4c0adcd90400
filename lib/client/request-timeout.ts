/** Ends a request whose next part does not come in time, or that its caller no longer wants. */
export class RequestTimeout {
  readonly #controller = new AbortController();
  readonly #within: number;
  readonly #caller: AbortSignal | null;
  readonly #end = () => this.#controller.abort(this.#caller?.reason);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #passed = false;

  /**
   * @param within milliseconds from each `restart` to the end of the request
   * @param caller ends the request too
   */
  constructor(within: number, caller: AbortSignal | null) {
    this.#within = within;
    this.#caller = caller;
    caller?.addEventListener('abort', this.#end, { once: true });
    if (caller?.aborted) this.#end();
  }

  /** For the request. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether time ended the request. */
  get passed(): boolean {
    return this.#passed;
  }

  /** Something came, or is asked for: the time begins again. */
  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#passed = true;
      this.#controller.abort();
    }, this.#within);
  }

  /** Nothing is waited for any more, for now or for good. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Lets go of the caller's signal. */
  close(): void {
    this.stop();
    this.#caller?.removeEventListener('abort', this.#end);
  }
}
