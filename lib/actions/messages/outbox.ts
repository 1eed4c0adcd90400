/**
 * Delivers messages: one at a time to each agent, in their order. What can't be delivered yet is tried again for ten
 * minutes. A step that can't be undone is never repeated, also not after a crash in it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { OutgoingState } from '../../contract/action-schemas';
import { headedText } from './content';
import type { Courier } from './courier';
import { type Attempt, type Final, failed, type Letter, NotBegun, type Reach } from './delivery';
import { type MessageRecord, notLogged } from './message-record';
import type { KeptMessage, OutboxStore } from './outbox-store';
import { Outgoing } from './outgoing';

/** Of messages that are not final. */
export const MAX_OPEN_MESSAGES = 500;
/** The state is sent to every viewer. */
const MAX_SHOWN_MESSAGES = 50;
const STOP_TIMEOUT_MS = 2000;
const COMMANDS_OFF = 'Commands of the group "terminal" are switched off, so it was not typed.';

export interface OutboxTimes {
  /** Between two attempts. */
  retryMs: number;
  /** How long a final message is still shown. */
  shownMs: number;
  /** Between two searches for messages of processes that ended. */
  adoptMs: number;
}

export const OUTBOX_TIMES: OutboxTimes = { retryMs: 1000, shownMs: 60_000, adoptMs: 10_000 };

export interface OutboxOptions {
  store: Pick<OutboxStore, 'save' | 'remove' | 'adopt' | 'close'>;
  courier: Pick<Courier, 'attempt'>;
  record: Pick<MessageRecord, 'write'>;
  /** How an agent can be reached now; null if it is not listed any more. */
  reach: (id: string) => Reach | null;
  /** Whether commands may be typed: a former process may have kept one. */
  typesCommands: boolean;
  /** Of the agents' naive times. */
  zone: string;
  publish: (state: OutgoingState) => void;
  onFault: (error: unknown) => void;
  times?: OutboxTimes;
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #times: OutboxTimes;
  readonly #messages = new Map<string, Outgoing>();
  /** The end of what each agent is sent. */
  readonly #turns = new Map<string, Promise<void>>();
  /** Final messages: each is logged and forgotten once. */
  readonly #ended = new WeakSet<Outgoing>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #stopping = new AbortController();
  #adopting: Promise<void> = Promise.resolve();
  #adoptTimer: NodeJS.Timeout | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#times = options.times ?? OUTBOX_TIMES;
  }

  /** Takes over the messages of processes that ended, now and from time to time. */
  start(): void {
    const adopt = () => {
      this.#adopting = this.#adopting.then(() => this.#adopt()).catch(this.#options.onFault);
    };
    adopt();
    this.#adoptTimer = setInterval(adopt, this.#times.adoptMs);
    this.#adoptTimer.unref();
  }

  /** The messages that are shown: those that are not final, and then the newest, in the order in which they were sent. */
  get state(): OutgoingState {
    const all = [...this.#messages.values()];
    const [open, ended] = [all.filter(({ isFinal }) => !isFinal), all.filter(({ isFinal }) => isFinal)];
    const shown = new Set([...open, ...ended.reverse()].slice(0, MAX_SHOWN_MESSAGES));
    const leftOff = open.filter((one) => !shown.has(one)).length;
    const messages = all.filter((one) => shown.has(one)).map((one) => one.describe());
    return { messages, ...(leftOff > 0 && { left_off: leftOff }) };
  }

  /** How many messages are not final. */
  get openCount(): number {
    return [...this.#messages.values()].filter(({ isFinal }) => !isFinal).length;
  }

  find(id: string): Outgoing | null {
    return this.#messages.get(id) ?? null;
  }

  /**
   * Keeps a message and begins to deliver it.
   *
   * @throws if it can't be kept; then nothing is delivered
   */
  async send(kept: KeptMessage): Promise<Outgoing> {
    const message = new Outgoing(kept);
    // Kept from the beginning: after a restart, or a long wait for its turn, the id may belong to another process.
    for (const id of message.recipients) message.set(id, { life: this.#options.reach(id)?.life ?? '' });
    await this.#options.store.save(kept);
    this.#take(message);
    return message;
  }

  /**
   * Withdraws what is still queued.
   *
   * @returns the recipients that do not get it; and why that could not be kept, so that another process may deliver it
   *   after a crash; null if it was
   */
  async withdraw(
    message: Outgoing,
    recipients: readonly string[],
    by: string,
  ): Promise<{ withdrawn: string[]; unkept: string | null }> {
    const withdrawn = recipients.filter((id) => message.at(id).stage === 'waiting');
    for (const id of withdrawn) {
      message.finish(id, { outcome: 'failed', via: null, detail: `Withdrawn by ${by} before it was delivered.` });
      message.set(id, { withdrawn: true });
    }
    const fault = await this.#changed(message);
    return { withdrawn, unkept: fault && withdrawn.length > 0 ? fault.message : null };
  }

  /** Ends all attempts; what is queued stays kept, for the next process. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#adoptTimer !== null) clearInterval(this.#adoptTimer);
    for (const timer of this.#timers) clearTimeout(timer);
    // Who waits for the first attempts is answered with what is known now.
    for (const message of this.#messages.values()) for (const id of message.recipients) message.noteTried(id);
    const ended = Promise.all([this.#adopting, ...this.#turns.values()]);
    const timeout = new AbortController();
    await Promise.race([ended, delay(STOP_TIMEOUT_MS, undefined, { signal: timeout.signal }).catch(() => {})]);
    timeout.abort();
    await this.#options.store.close();
  }

  async #adopt(): Promise<void> {
    for (const kept of await this.#options.store.adopt()) {
      const message = new Outgoing(kept);
      for (const id of message.recipients) {
        if (message.at(id).stage !== 'begun') continue;
        const detail = 'The dashboard ended while it was delivered. It is not sent again, as it may have arrived.';
        message.finish(id, { outcome: 'unknown', via: message.at(id).via, detail });
      }
      this.#take(message);
    }
  }

  #take(message: Outgoing): void {
    this.#messages.set(message.kept.id, message);
    for (const id of message.recipients) {
      if (message.at(id).stage === 'final') continue;
      const turn = (this.#turns.get(id) ?? Promise.resolve()).then(() => this.#deliver(message, id));
      this.#turns.set(id, turn);
      void turn.then(() => this.#turns.get(id) === turn && this.#turns.delete(id));
    }
    if (message.isFinal) void this.#changed(message);
    else this.#publish();
  }

  async #deliver(message: Outgoing, id: string): Promise<void> {
    while (message.at(id).stage !== 'final' && !this.#stopping.signal.aborted) {
      if (message.remainingMs() <= 0) {
        const { detail } = message.at(id);
        return this.#finish(message, id, {
          outcome: 'failed',
          via: null,
          detail: `It was not delivered in time. ${detail}`,
        });
      }
      const attempt = await this.#attempt(message, id);
      if (message.at(id).stage === 'final') return;
      if (attempt.kind === 'later') {
        await this.#wait(message, id, attempt.detail);
        continue;
      }
      if (attempt.kind === 'final') return this.#end(message, id, attempt);
      const { via, detail, end } = attempt;
      message.set(id, { stage: 'begun', outcome: 'queued', via, detail });
      message.noteTried(id);
      await this.#changed(message);
      // The next message may follow, since the session keeps their order.
      void end.then((final) => this.#end(message, id, final));
      return;
    }
  }

  /** What was interrupted by the end of the dashboard stays as it began. */
  async #end(message: Outgoing, id: string, final: Final): Promise<void> {
    if (this.#stopping.signal.aborted && final.outcome !== 'delivered') return;
    await this.#finish(message, id, final);
  }

  async #attempt(message: Outgoing, id: string): Promise<Attempt> {
    const { reach, courier, onFault } = this.#options;
    try {
      const found = reach(id);
      if (found === null) return failed('It is not listed any more.');
      if (message.kept.asCommand && !this.#options.typesCommands) return failed(COMMANDS_OFF);
      const { life } = message.at(id);
      if (life === null) message.set(id, { life: found.life });
      else if (found.gone === null && life !== found.life) return failed('Another process has its id now.');
      return await courier.attempt(found, this.#letter(message, id));
    } catch (error) {
      onFault(error);
      const { stage, via } = message.at(id);
      const detail = 'The dashboard failed while it delivered it; its log says more.';
      return { kind: 'final', outcome: stage === 'begun' ? 'unknown' : 'failed', via, detail };
    }
  }

  #letter(message: Outgoing, id: string): Letter {
    const { sender, msgType, content, asCommand } = message.kept;
    const { zone, store } = this.#options;
    return {
      ...{ sender, asCommand, signal: this.#stopping.signal },
      text: () => (asCommand ? content : headedText({ sender, msg_type: msgType, content }, Date.now(), zone)),
      remainingMs: () => message.remainingMs(),
      begin: async (via) => {
        if (message.at(id).stage !== 'waiting') throw new NotBegun('It was withdrawn.');
        if (this.#stopping.signal.aborted) throw new NotBegun('The dashboard ends.');
        message.set(id, { stage: 'begun', via, detail: 'It is just being delivered.' });
        try {
          await store.save(message.kept);
        } catch (error) {
          message.set(id, { stage: 'waiting', via: null });
          throw new NotBegun(`That it begins could not be noted (${String(error)}), and without that it is not sent.`);
        }
      },
      undo: async () => {
        if (message.at(id).stage !== 'begun') return;
        message.set(id, { stage: 'waiting', via: null });
        await this.#save(message);
      },
      note: (detail) => {
        if (message.at(id).detail === detail) return;
        message.set(id, { detail });
        message.noteTried(id);
        this.#publish();
      },
    };
  }

  async #wait(message: Outgoing, id: string, detail: string): Promise<void> {
    const isNew = message.at(id).detail !== detail;
    message.set(id, { stage: 'waiting', outcome: 'queued', detail });
    message.noteTried(id);
    if (isNew) this.#publish();
    const ms = Math.max(1, Math.min(this.#times.retryMs, message.remainingMs()));
    await delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  async #finish(message: Outgoing, id: string, final: Final): Promise<void> {
    message.finish(id, final);
    await this.#changed(message);
  }

  /** @returns why the change could not be kept; null if it was */
  async #changed(message: Outgoing): Promise<Error | null> {
    this.#publish();
    if (!message.isFinal) return this.#save(message);
    if (this.#ended.has(message)) return null;
    this.#ended.add(message);
    if (message.kept.logged === 'no' || message.kept.logged === 'begun') await this.#record(message);
    this.#publish();
    const fault = await this.#faultOf(this.#options.store.remove(message.kept.id));
    this.#forgetLater(message);
    return fault;
  }

  /** Writes the line of a final message into the log, once. */
  async #record(message: Outgoing): Promise<void> {
    const { kept } = message;
    if (message.isUnsent) {
      kept.logDetail = 'It was withdrawn before anybody got it, so it is not in the log.';
      return;
    }
    const wasBegun = kept.logged === 'begun';
    try {
      kept.logged = 'begun';
      await this.#options.store.save(kept);
      const result = await this.#options.record.write(kept, wasBegun);
      kept.logged = result.logged;
      kept.logDetail = result.detail;
    } catch (error) {
      kept.logged = 'failed';
      kept.logDetail = `${notLogged(kept)}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  #save(message: Outgoing): Promise<Error | null> {
    return this.#faultOf(this.#options.store.save(message.kept));
  }

  async #faultOf(change: Promise<void>): Promise<Error | null> {
    try {
      await change;
      return null;
    } catch (error) {
      this.#options.onFault(error);
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #publish(): void {
    if (!this.#stopping.signal.aborted) this.#options.publish(this.state);
  }

  #forgetLater(message: Outgoing): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#messages.delete(message.kept.id);
      this.#publish();
    }, this.#times.shownMs);
    timer.unref();
    this.#timers.add(timer);
  }
}
