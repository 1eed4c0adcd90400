/** The agents of a server as its stream gives them, with waits for what it must have seen. */
import type { Agent, AgentsAnswer } from '../../lib/contract/schemas';
import { openStream } from './sse-client';

/** Long enough for a machine with much other work; a server that follows needs some milliseconds. */
const WAIT_TIMEOUT_MS = 60_000;
/** Each comes after a reconcile pass, so the second one proves that a whole pass began after the call. */
const HEARTBEATS_OF_A_PASS = 2;

export class FollowedAgents {
  /** Every state of the agents that the server published, in order. */
  readonly states: (readonly Agent[])[] = [];
  #heartbeats = 0;
  #waits: { fits: () => boolean; done: () => void }[] = [];
  #lost: string | null = null;
  readonly #drop: () => void;

  constructor(url: string) {
    this.#drop = openStream({
      url: `${url}/api/stream`,
      onEvent: ({ name, data }) => {
        if (name === 'agents') this.states.push((JSON.parse(data) as AgentsAnswer).agents);
        if (name === 'heartbeat') this.#heartbeats += 1;
        this.#settle();
      },
      onEnd: (reason) => {
        this.#lost = reason;
      },
    });
  }

  /** The newest state. */
  get agents(): readonly Agent[] {
    return this.states.at(-1) ?? [];
  }

  /**
   * Waits until the newest state fits.
   *
   * @param what for the error: what was waited for
   * @param shown what of the agents belongs into the error
   */
  async until(fits: (agents: readonly Agent[]) => boolean, what: string, shown: () => unknown): Promise<void> {
    await this.#wait(
      () => fits(this.agents),
      () => `${what}; the server says ${JSON.stringify(shown())}`,
    );
  }

  /** Waits until the server has read all its sources again. */
  async reconciled(): Promise<void> {
    const wanted = this.#heartbeats + HEARTBEATS_OF_A_PASS;
    await this.#wait(
      () => this.#heartbeats >= wanted,
      () => 'heartbeats',
    );
  }

  close(): void {
    this.#drop();
  }

  #settle(): void {
    this.#waits = this.#waits.filter(({ fits, done }) => {
      if (!fits()) return true;
      done();
      return false;
    });
  }

  #wait(fits: () => boolean, what: () => string): Promise<void> {
    if (fits()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const give = () =>
        reject(new Error(`Waited ${WAIT_TIMEOUT_MS} ms in vain: ${what()}. Stream: ${this.#lost ?? 'open'}.`));
      const timer = setTimeout(give, WAIT_TIMEOUT_MS);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#waits.push({ fits, done });
    });
  }
}
