/**
 * The main part of the torture: writers, rotations, dropped clients and a killed server, and then the check that
 * every client received every message exactly once and in order.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseCursor } from '../lib/contract/events';
import { Random } from '../lib/simulator/random';
import { compare, compareWithWriters, type Received, verdictFaults } from './torture-checks';
import { Follower, receivedOf } from './torture-follower';
import { RotationPermit } from './torture-permit';
import type { Outcome } from './torture-report';
import type { Server } from './torture-server';
import type { WriterJob, WriterReport } from './torture-writer';

export interface MessagesPlan {
  writers: number;
  messages: number;
  messagesPerSecond: number;
  rotateAtBytes: number;
  clients: number;
  /** Disconnects by the clients themselves; a killed server causes more. */
  reconnects: number;
  kills: number;
  halfLines: number;
}

const WRITER_COMMAND = path.join(import.meta.dirname, 'torture-writer.ts');
const CATCH_UP_DEADLINE_MS = 60_000;
/**
 * Writers that die in the middle of a line; their numbers are separate, so that half a line never counts as a message.
 */
const HALF_WRITER = 900;

export class MessageTorture {
  readonly #plan: MessagesPlan;
  readonly #server: Server;
  readonly #root: string;
  readonly #control: string;
  readonly #permit: RotationPermit;
  readonly #random = new Random(11);
  readonly followers: Follower[];
  readonly written = new Map<number, number>();
  readonly #children: ChildProcess[] = [];
  #history: Received[] = [];
  #active = 0;
  #rotations = 0;
  #split = 0;
  #reconnects = 0;
  #kills = 0;
  #halves = 0;

  constructor(server: Server, folders: { root: string; control: string }, plan: MessagesPlan) {
    this.#plan = plan;
    this.#server = server;
    this.#root = folders.root;
    this.#control = folders.control;
    this.#permit = new RotationPermit(folders.control);
    this.followers = Array.from(
      { length: plan.clients },
      // The first one, which further steps use, follows over server-sent events.
      (_, index) => new Follower(server.url, new Random(index), { overSocket: index % 2 === 1 }),
    );
  }

  /** Runs everything at once, until the last message is written and has arrived everywhere. */
  async run(): Promise<Outcome> {
    this.#permit.allow('any');
    for (let writer = 0; writer < this.#plan.writers; writer += 1) this.#startWriter(writer);
    await Promise.all([this.#dropClients(), this.#killServer(), this.#writeHalves()]);
    await this.#writersEnded();
    const faults: string[] = [];
    for (const follower of this.followers) follower.connect();
    if (!(await this.#arrived(this.followers))) faults.push('not every client received the last message in time');
    return {
      facts:
        `${this.#totalWritten()} messages of ${this.#plan.writers} writers, ${this.#rotations} rotations, ` +
        `${this.#split} split writes, ${this.#halves} half lines, ${this.#reconnects} reconnects, ${this.#kills} kills, ` +
        `${this.followers.length} clients over ${this.followers.reduce((sum, { connections }) => sum + connections, 0)} connections`,
      faults,
    };
  }

  /** The number of rotations by the writers. */
  get rotations(): number {
    return this.#rotations;
  }

  /** Compares the history, read page by page to its beginning and back, with the written messages. */
  async checkHistory(): Promise<Outcome> {
    const { backwards, forwards } = await this.#server.history();
    this.#history = backwards;
    const verdict = compareWithWriters(backwards, this.written);
    return {
      facts: `${verdict.received} messages by paging back, ${forwards.length} by paging on`,
      faults: [
        ...named('history', verdictFaults(verdict)),
        ...named('paging on', verdictFaults(compare(forwards, backwards))),
      ],
    };
  }

  /** Compares the list of the newest messages with the history; call it after `checkHistory`. */
  async checkList(): Promise<Outcome> {
    const newest = (await this.#server.messages('limit=1000')).messages.map(receivedOf);
    const wanted = Math.min(1000, this.#history.length);
    return {
      facts: `the newest ${newest.length}`,
      faults: [
        ...named('list', verdictFaults(compare(newest, this.#history))),
        ...(newest.length === wanted ? [] : [`${newest.length} instead of ${wanted}`]),
      ],
    };
  }

  /** Compares the messages that each client received with the history; call it after `checkHistory`. */
  async checkClients(): Promise<Outcome> {
    const faults: string[] = [];
    const sum = { received: 0, lost: 0, repeated: 0, misordered: 0, foreign: 0, gaps: 0 };
    for (const [index, { received, gapsSaid, faults: own }] of this.followers.entries()) {
      const verdict = compare(received, this.#history);
      for (const name of ['received', 'lost', 'repeated', 'misordered', 'foreign'] as const) sum[name] += verdict[name];
      sum.gaps += gapsSaid;
      const said = gapsSaid > 0 ? [`got ${gapsSaid} gaps`] : [];
      const nothing = received.length === 0 ? ['received nothing'] : [];
      const all = [...named('messages', verdictFaults(verdict)), ...said, ...nothing, ...own];
      faults.push(...all.map((fault) => `client ${index}: ${fault}`));
    }
    return {
      facts:
        `${sum.received} received by ${this.followers.length} clients ` +
        `(${this.followers.filter(({ overSocket }) => overSocket).length} over WebSockets): ${sum.lost} lost, ${sum.repeated} twice, ` +
        `${sum.misordered} out of order, ${sum.foreign} foreign, ${sum.gaps} gaps said`,
      faults,
    };
  }

  /** Waits until the server has all written messages, and the clients have the newest message of the server. */
  async #arrived(followers: readonly Follower[]): Promise<boolean> {
    await this.#caughtUp();
    const head = parseCursor((await this.#server.messages('limit=1')).next_cursor)?.seq ?? 0;
    const deadline = performance.now() + CATCH_UP_DEADLINE_MS;
    while (followers.some(({ lastSeq }) => lastSeq < head)) {
      if (performance.now() > deadline) return false;
      await delay(20);
    }
    return true;
  }

  /** Clients connect one by one; then, at random, one disconnects and reconnects a moment later. */
  async #dropClients(): Promise<void> {
    const seconds = this.#plan.messages / this.#plan.messagesPerSecond;
    const pause = (seconds * 1000) / (this.#plan.reconnects + this.followers.length);
    for (const follower of this.followers) {
      follower.connect();
      await delay(this.#random.exponential(pause));
    }
    while (this.#reconnects < this.#plan.reconnects) {
      const follower = this.#random.pick(this.followers);
      follower.disconnect();
      setTimeout(() => follower.connect(), this.#random.exponential(300));
      this.#reconnects += 1;
      await delay(this.#random.exponential(pause));
    }
  }

  async #killServer(): Promise<void> {
    const share = this.#plan.messages / (this.#plan.kills + 1);
    while (this.#kills < this.#plan.kills) {
      // Spread over the run by the number of written messages, because a slow machine takes longer.
      await this.#until(() => this.#totalWritten() >= share * (this.#kills + 0.5) || this.#active === 0);
      // An earlier rotated log must have been read, or the one rotation of the outage would be the second.
      this.#permit.allow(0);
      await this.#caughtUp();
      await delay(this.#random.integer(0, 300));
      this.#permit.allow(1);
      await this.#server.stop('SIGKILL');
      this.#kills += 1;
      await delay(this.#random.integer(0, 1200));
      await this.#server.start();
      await this.#caughtUp();
      this.#permit.allow('any');
    }
  }

  async #writeHalves(): Promise<void> {
    const share = this.#plan.messages / (this.#plan.halfLines + 1);
    for (; this.#halves < this.#plan.halfLines; this.#halves += 1) {
      await this.#until(() => this.#totalWritten() >= share * (this.#halves + 1) || this.#active === 0);
      await once(this.#fork({ kind: 'half', writer: HALF_WRITER + this.#halves, messages: 0 }), 'exit');
    }
  }

  /** Waits until the server counts all messages that are written by now. */
  async #caughtUp(): Promise<void> {
    // A writer reports after writing, so its last report may not have arrived yet.
    await delay(100);
    const wanted = this.#totalWritten();
    const deadline = performance.now() + CATCH_UP_DEADLINE_MS;
    for (let count = 0; count < wanted; ) {
      count = (await this.#server.stats()).message_count;
      if (performance.now() > deadline)
        throw new Error(`The server has ${count} of ${wanted} messages and gets no more.`);
      if (count < wanted) await delay(20);
    }
  }

  #startWriter(writer: number): void {
    const share = Math.floor(this.#plan.messages / this.#plan.writers);
    const messages = writer === 0 ? this.#plan.messages - share * (this.#plan.writers - 1) : share;
    const child = this.#fork({ kind: 'messages', writer, messages });
    this.#active += 1;
    this.written.set(writer, 0);
    child.on('message', (report: WriterReport) => {
      this.written.set(writer, report.written);
      if (!('ended' in report)) return;
      this.#rotations += report.rotations;
      this.#split += report.split;
    });
    child.on('exit', () => {
      this.#active -= 1;
    });
  }

  #fork(job: Pick<WriterJob, 'kind' | 'writer' | 'messages'>): ChildProcess {
    const { writers, messagesPerSecond, rotateAtBytes } = this.#plan;
    const whole: WriterJob = {
      ...job,
      root: this.#root,
      control: this.#control,
      rotateAtBytes,
      messagesPerSecond: messagesPerSecond / writers,
    };
    const child = fork(WRITER_COMMAND, [JSON.stringify(whole)], { execArgv: ['--import', 'tsx'] });
    this.#children.push(child);
    return child;
  }

  /** Ends all child processes, at the end of this process. */
  abandon(): void {
    for (const follower of this.followers) follower.disconnect();
    for (const child of this.#children) child.kill('SIGKILL');
  }

  async #writersEnded(): Promise<void> {
    await this.#until(() => this.#active === 0);
    const short = this.#plan.messages - this.#totalWritten();
    if (short !== 0) throw new Error(`The writers ended ${short} messages short.`);
  }

  #totalWritten(): number {
    return [...this.written.values()].reduce((sum, count) => sum + count, 0);
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) await delay(10);
  }
}

function named(what: string, fault: string | null): string[] {
  return fault === null ? [] : [`${what}: ${fault}`];
}
