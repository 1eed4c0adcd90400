/**
 * The alerts of one swarm on the main thread: who is told, and how it goes with each. What is told, the recorder's thread
 * decides.
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

/** As the page names it. */
const FILE = 'ALERTS_FILE';

/** Who is told what wants a person; `hosts` may be posted to, `page` is PUBLIC_URL. */
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
  /** Whether the recorder's thread, since its start, has read the log to its end, and has been told how things stand. */
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

  /** How it goes with each receiver. */
  get states(): readonly ReceiverState[] {
    return this.#states;
  }

  /** The file of receivers, and each receiver, as sources that can or can't be read. */
  get sources(): Record<string, ReaderStatus> {
    return { [FILE]: this.#file, ...Object.fromEntries(this.#states.map(receiverStatus)) };
  }

  /**
   * Looks whether the file of receivers has changed.
   *
   * @returns whether what wants a person may be different for it
   */
  refresh(): boolean {
    const changed = this.#receivers.refresh();
    if (changed) {
      const { all } = this.#receivers;
      // First: the thread gives out posts to the new ones at once.
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

  /** The recorder's thread, which may have been started anew, has read the log to its end. */
  caughtUp(): void {
    this.#thread = { caughtUp: true, published: false };
  }

  /** Takes what the thread decided. */
  take({ posts, receivers }: Extract<RecorderEvent, { type: 'alerts' }>): void {
    this.#states = receivers;
    this.#dispatcher.take(posts);
    this.#dispatcher.show(receivers);
  }

  /**
   * Tells the thread what wants a person now; only to be called when everything was looked at: what is not known yet
   * would seem to have ended.
   *
   * @param changed whether that is other than it was
   */
  publish({ attention: entries, count }: AttentionAnswer, changed: boolean): void {
    if (!this.#thread.caughtUp || (this.#thread.published && !changed) || this.#receivers.all.length === 0) return;
    this.#thread.published = true;
    this.#recorder.attend({ entries, complete: count === entries.length });
  }

  /** Posts nothing more; waits a moment for answers. */
  stop(): Promise<void> {
    return this.#dispatcher.stop();
  }
}

/** A receiver that is not reached, as a source that can't be read. */
function receiverStatus({ name, failing }: ReceiverState): [source: string, status: ReaderStatus] {
  const source = sourceName(name);
  if (!failing) return [source, { state: 'ok', reason: null, since: 0, keptFrom: null, skipped: [] }];
  const reason = `Alerts to ${name} are not delivered: ${failing.reason}.`;
  return [source, { state: 'unreadable', reason, since: failing.since, keptFrom: null, skipped: [] }];
}
