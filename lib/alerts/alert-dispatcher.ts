/**
 * Posts what the outbox gives out: one post at a time to each receiver, to all receivers at the same time. Keeps no
 * state that must not be lost: a post whose outcome it does not report is given out again.
 */
import type { KeptPost, PostOutcome, ReceiverState } from '../contract/alert-schemas';
import type { AllowedHosts } from './allowed-hosts';
import { deliver } from './deliver';
import type { Receiver } from './receivers';
import { linkTo, postBody } from './shapes';

interface Options {
  allowed: AllowedHosts;
  /** The name of the swarm's folder. */
  swarm: string;
  /** PUBLIC_URL. */
  page: string | null;
  report: (tried: { receiver: string; key: string; outcome: PostOutcome }) => void;
  /** Takes a line for the log. */
  note: (line: string) => void;
}

/** How long a stop waits for answers; a post without one is repeated by the next process. */
const STOP_TIMEOUT_MS = 1000;

export class AlertDispatcher {
  readonly #options: Options;
  #receivers: readonly Receiver[] = [];
  /** The newest post that the outbox has given out, by receiver. */
  #wanted = new Map<string, KeptPost>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #underWay = new Map<string, Promise<void>>();
  /** The last post that was delivered, by receiver. */
  readonly #delivered = new Map<string, string>();
  #states = new Map<string, ReceiverState>();
  readonly #abort = new AbortController();
  #stopping = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Sets the receivers to post to; warns of those that can never be reached. */
  setReceivers(receivers: readonly Receiver[]): void {
    this.#receivers = receivers;
    const { allowed, note } = this.#options;
    for (const name of this.#delivered.keys()) {
      if (!receivers.some(({ rule }) => rule.name === name)) this.#delivered.delete(name);
    }
    for (const { rule, url } of receivers) {
      const fault = allowed.fault(new URL(url).hostname);
      if (fault !== null) note(`Alerts to ${rule.name} can't be posted: ${fault}.`);
    }
  }

  /** Takes all pending posts: a post that is not among them is not to be sent any more. */
  take(posts: readonly KeptPost[]): void {
    this.#wanted = new Map(posts.map((post) => [post.receiver, post]));
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    for (const post of posts) this.#schedule(post);
  }

  /** Logs receivers that begin to fail or work again. */
  show(states: readonly ReceiverState[]): void {
    const { note } = this.#options;
    const known = this.#states;
    this.#states = new Map(states.map((state) => [state.name, state]));
    for (const { name, given_up, failing } of states) {
      const before = known.get(name);
      const lost = given_up - (before?.given_up ?? given_up);
      if (lost === 1) note(`An alert to ${name} can't be delivered and is given up.`);
      if (lost > 1) note(`${lost} alerts to ${name} can't be delivered and are given up.`);
      if (failing && !before?.failing) note(`Alerts to ${name} fail: ${failing.reason}. They are tried again.`);
      if (!failing && before?.failing) note(`Alerts to ${name} are delivered again.`);
    }
  }

  /** Begins no further post, and waits briefly for pending answers. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.take([]);
    const late = setTimeout(() => this.#abort.abort(), STOP_TIMEOUT_MS);
    await Promise.all(this.#underWay.values());
    clearTimeout(late);
  }

  /** Does nothing while another post to the receiver is pending; when that ends, the newest one is sent. */
  #schedule(post: KeptPost): void {
    if (this.#stopping || this.#underWay.has(post.receiver)) return;
    const timer = setTimeout(() => this.#send(post), Math.max(0, post.notBefore - Date.now()));
    this.#timers.set(post.receiver, timer);
  }

  #send(post: KeptPost): void {
    const receiver = this.#receivers.find(({ rule }) => rule.name === post.receiver);
    if (!receiver) return;
    const { allowed, swarm, page, report } = this.#options;
    // It was given out before its report was read, or the report was lost with the thread that reads it.
    if (this.#delivered.get(post.receiver) === post.key) {
      report({ receiver: post.receiver, key: post.key, outcome: { kind: 'delivered' } });
      return;
    }
    const alerts = post.alerts.map((alert) => ({ ...alert, link: linkTo(alert.entry, page) }));
    const whole = { version: 1 as const, swarm, receiver: post.receiver, alerts, left_out: post.leftOut };
    const sent = { key: post.key, body: postBody(receiver.format, whole) };
    const done = deliver(receiver, sent, allowed, this.#abort.signal).then((outcome) => {
      this.#underWay.delete(post.receiver);
      // Ended by the stop: whether it arrived is unknown.
      if (outcome.kind === 'failed' && this.#abort.signal.aborted) return;
      if (outcome.kind === 'delivered') this.#delivered.set(post.receiver, post.key);
      report({ receiver: post.receiver, key: post.key, outcome });
      const wanted = this.#wanted.get(post.receiver);
      if (wanted && (wanted.key !== post.key || wanted.tries !== post.tries)) this.#schedule(wanted);
    });
    this.#underWay.set(post.receiver, done);
  }
}
