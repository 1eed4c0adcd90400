/** Traced messages that one writer writes without a pause, and what followers got of them. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../lib/simulator/random';
import { LogWriter } from '../lib/sources/claudeswarm/writer';
import { compare, compareWithWriters, type Received, traceNumber, verdictFaults } from './torture-checks';
import { type Follower, receivedOf } from './torture-follower';
import type { Server } from './torture-server';
import { tracedLine } from './torture-writer';

const WRITE_INTERVAL_MS = 20;
const MAX_BATCH = 5;
const WRITER = 1;
const ARRIVAL_DEADLINE_MS = 60_000;

export class TracedTraffic {
  /** How many messages were written. */
  written = 0;
  readonly #random: Random;
  readonly #log: LogWriter;
  readonly #timer: NodeJS.Timeout;

  /** Begins to write, a first batch at once. */
  constructor(root: string, random: Random) {
    this.#random = random;
    this.#log = new LogWriter(root, { rotateAtBytes: Number.MAX_SAFE_INTEGER });
    this.#write();
    this.#timer = setInterval(() => this.#write(), WRITE_INTERVAL_MS);
  }

  /** Writes no more. */
  stop(): void {
    clearInterval(this.#timer);
  }

  close(): void {
    this.stop();
    this.#log.close();
  }

  /** Waits until the last message has reached all followers, a minute at most. */
  async arrived(followers: readonly Follower[]): Promise<void> {
    await this.#untilLast(async () => followers.map(({ received }) => received.at(-1)));
  }

  /**
   * Waits until the last message can be read from every server, a minute at most: a process follows the commits of
   * another one by up to a tick.
   */
  async readable(servers: readonly Server[]): Promise<void> {
    const pages = () => Promise.all(servers.map((server) => server.messages('limit=1')));
    await this.#untilLast(async () => (await pages()).map(({ messages }) => messages.map(receivedOf).at(-1)));
  }

  /** @returns the fault of a history; null if it has each message once and in order */
  historyFault(history: readonly Received[]): string | null {
    return verdictFaults(compareWithWriters(history, new Map([[WRITER, this.written]])));
  }

  async #untilLast(newest: () => Promise<(Received | undefined)[]>): Promise<void> {
    const last = traceNumber(WRITER, this.written - 1);
    const begun = performance.now();
    while ((await newest()).some((message) => message?.trace !== last)) {
      if (performance.now() - begun >= ARRIVAL_DEADLINE_MS) return;
      await delay(20);
    }
  }

  #write(): void {
    const length = this.#random.integer(1, MAX_BATCH);
    this.#log.appendAll(Array.from({ length }, () => tracedLine(this.#random, WRITER, this.written++)));
  }
}

/** @returns what is wrong at followers that should have got a history from their first message on, without any gap */
export function followerFaults(followers: readonly Follower[], history: readonly Received[]): string[] {
  return followers.flatMap(({ received, gapsSaid, faults }, index) => {
    const inReceived = verdictFaults(compare(received, history));
    const gaps = gapsSaid > 0 ? [`client ${index} got ${gapsSaid} notices of a gap`] : [];
    const own = [...(inReceived === null ? [] : [inReceived]), ...faults];
    return [...own.map((fault) => `client ${index}: ${fault}`), ...gaps];
  });
}
