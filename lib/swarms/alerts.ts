/**
 * The alerts of one swarm on the main thread: posts to receivers and reports how each attempt ended. The recorder's
 * thread decides what is posted.
 */
import { AlertDispatcher } from '../alerts/alert-dispatcher';
import { AllowedHosts } from '../alerts/allowed-hosts';
import type { CurrentReceivers } from '../alerts/current-receivers';
import { sourceName } from '../alerts/rule';
import type { ReceiverState } from '../contract/alert-schemas';
import type { AttentionAnswer } from '../contract/schemas';
import { log } from '../platform/log';
import type { RecorderEvent } from '../recorder/events';
import { type ReaderStatus, statusAfter } from '../sources/source-status';
import type { RecorderHandle } from '../workers/workers';

/** The name that the page shows for it. */
const FILE = 'ALERTS_FILE';

/** Receivers of alerts; `hosts` are the hosts that may be posted to, `page` is PUBLIC_URL. */
export interface AlertOptions {
  receivers: CurrentReceivers;
  hosts: readonly string[];
  page: string | null;
}

interface Options extends AlertOptions {
  /** The name of the swarm's folder. */
  swarm: string;
  recorder: Pick<RecorderHandle, 'attend' | 'posted' | 'setReceivers'>;
}

export class SwarmAlerts {
  readonly #receivers: CurrentReceivers;
  readonly #recorder: Options['recorder'];
  readonly #dispatcher: AlertDispatcher;
  #states: readonly ReceiverState[] = [];
  #file: ReaderStatus = { state: 'ok', reason: null, since: 0, keptFrom: null, skipped: [] };
  /**
   * Whether the recorder's thread, since its start, has read the log to its end, and has been sent the attention items.
   */
  #thread = { caughtUp: false, published: false };

  constructor({ receivers, hosts, page, swarm, recorder }: Options) {
    this.#receivers = receivers;
    this.#recorder = recorder;
    this.#dispatcher = new AlertDispatcher({
      ...{ page, swarm, allowed: new AllowedHosts(hosts) },
      report: (tried) => recorder.posted(tried),
      note: (line) => log().warn(line),
    });
    this.#dispatcher.setReceivers(receivers.all);
  }

  /** The state of each receiver. */
  get states(): readonly ReceiverState[] {
    return this.#states;
  }

  /** The file of receivers, and each receiver, as sources that are readable or not. */
  get sources(): Record<string, ReaderStatus> {
    return { [FILE]: this.#file, ...Object.fromEntries(this.#states.map(receiverStatus)) };
  }

  /**
   * Reads the file of receivers again if it has changed.
   *
   * @returns whether the attention items may differ because of it
   */
  refresh(): boolean {
    const changed = this.#receivers.refresh();
    if (changed) {
      const { all } = this.#receivers;
      // Before the thread is informed: it gives out posts to the new receivers at once.
      this.#dispatcher.setReceivers(all);
      this.#recorder.setReceivers(all.map(({ rule }) => rule));
      log().info({ receivers: all.map(({ rule }) => rule.name) }, `${FILE} was read again.`);
    }
    const { fault } = this.#receivers;
    const found = {
      state: fault === null ? ('ok' as const) : ('unreadable' as const),
      reason: fault,
      keptFrom: null,
      skipped: [],
    };
    const status = statusAfter(this.#file, found, Date.now());
    if (status === this.#file) return changed;
    this.#file = status;
    if (fault !== null) log().warn(fault);
    return true;
  }

  /** Notes that the recorder's thread, which may have been restarted, has read the log to its end. */
  caughtUp(): void {
    this.#thread = { caughtUp: true, published: false };
  }

  /** Takes the posts that the thread decided on, and the state of each receiver. */
  take({ posts, receivers }: Extract<RecorderEvent, { type: 'alerts' }>): void {
    this.#states = receivers;
    this.#dispatcher.take(posts);
    this.#dispatcher.show(receivers);
  }

  /**
   * Sends the attention items to the thread. Only to be called once all files were read: an item that is not known yet
   * would seem to have ended.
   *
   * @param changed whether the items differ from those of the last call
   */
  publish({ attention: entries, count }: AttentionAnswer, changed: boolean): void {
    if (!this.#thread.caughtUp || (this.#thread.published && !changed) || this.#receivers.all.length === 0) return;
    this.#thread.published = true;
    this.#recorder.attend({ entries, complete: count === entries.length });
  }

  /** Begins no further post, and waits briefly for pending answers. */
  stop(): Promise<void> {
    return this.#dispatcher.stop();
  }
}

/** Describes a receiver that cannot be reached as a source that cannot be read. */
function receiverStatus({ name, failing }: ReceiverState): [source: string, status: ReaderStatus] {
  const source = sourceName(name);
  if (!failing) return [source, { state: 'ok', reason: null, since: 0, keptFrom: null, skipped: [] }];
  const reason = `Alerts to ${name} are not delivered: ${failing.reason}.`;
  return [source, { state: 'unreadable', reason, since: failing.since, keptFrom: null, skipped: [] }];
}
