/**
 * Takes what the recorder's thread reports: messages and figures go to the hub, faults and conditions to the sources.
 */
import type { Hub } from '../hub/hub';
import { log } from '../platform/log';
import type { RecorderEvent } from '../recorder/events';
import type { SwarmAlerts } from './alerts';
import type { SwarmAttention } from './attention';
import type { ClaudeCode } from './claude-code';
import type { SwarmJournal } from './journal-feed';
import type { MessageCounts } from './message-counts';
import type { Readiness } from './readiness';
import type { SwarmSources } from './source-status';
import type { StatePublisher } from './state-publisher';
import { type Figures, NO_FIGURES } from './swarm';
import type { SwarmUsage } from './usage';

/** A first read of the log that takes longer does not delay requests: they are answered with what is there. */
const READY_TIMEOUT_MS = 1500;
/** A history that has not opened by then hangs; everything else is shown without it. */
const HISTORY_TIMEOUT_MS = 10_000;

interface Options {
  hub: Pick<Hub, 'open' | 'publish' | 'setOldest'>;
  publisher: Pick<
    StatePublisher,
    | 'describe'
    | 'describeSoon'
    | 'fault'
    | 'newestBySender'
    | 'publishSources'
    | 'publishStats'
    | 'restoreLives'
    | 'syncJournal'
  >;
  journal: Pick<SwarmJournal, 'end'>;
  attention: Pick<SwarmAttention, 'unresolved' | 'request' | 'attend' | 'takeDispositions'>;
  alerts: Pick<SwarmAlerts, 'take' | 'caughtUp'>;
  sources: Pick<SwarmSources, 'log' | 'history' | 'zoneMismatch'>;
  counts: Pick<MessageCounts, 'take'>;
  usage: Pick<SwarmUsage, 'take'>;
  readiness: Readiness;
  claude: Pick<ClaudeCode, 'beginTranscripts'> | null;
  /** When this process started, milliseconds since 1970. */
  startedAt: number;
}

type EventOf<Type extends RecorderEvent['type']> = Extract<RecorderEvent, { type: Type }>;
type Handlers = { readonly [Type in RecorderEvent['type']]: (event: EventOf<Type>) => void };

export class RecorderEvents {
  readonly figures: Figures = { ...NO_FIGURES, pruned: { ...NO_FIGURES.pruned } };
  readonly #options: Options;
  /** The types whose last event met a fault. */
  readonly #failed = new Set<RecorderEvent['type']>();
  readonly #handlers: Handlers = {
    opened: (event) => this.#opened(event),
    committed: (event) => this.#committed(event),
    unresolved: ({ unresolved }) => this.#unresolved(unresolved),
    alerts: (event) => this.#alerts(event),
    dispositions: ({ dispositions }) => this.#options.attention.takeDispositions(dispositions),
    caught_up: () => this.#caughtUp(),
    summary: (event) => this.#summary(event),
    loop_held: ({ heldMs }) => this.#loopHeld(heldMs),
    upgraded: ({ sentence }) => log().info(sentence),
    usage: (event) => this.#usage(event),
    prices: ({ fault }) => this.#options.publisher.fault('prices', fault),
    pruned: (event) => this.#pruned(event),
    rezoned: ({ before, zone }) =>
      log().info({ before, zone }, 'Times of kept messages are read again in another zone.'),
    unjudged: ({ part, seq, error }) => log().error({ part, seq, error }, 'A message could not be judged.'),
    part: ({ part, fault }) => this.#part(part, fault),
    condition: (event) => this.#condition(event),
  };

  constructor(options: Options) {
    this.#options = options;
  }

  /** Takes the recorder's events, in their order. A fault with one of them does not keep the next ones from coming. */
  handle<Type extends RecorderEvent['type']>(event: EventOf<Type> & { type: Type }): void {
    const { type } = event;
    const place = `taking ${type}`;
    try {
      this.#handlers[type](event);
    } catch (error) {
      this.#failed.add(type);
      const detail = `An internal fault keeps the dashboard from showing what the recorder reports (${type}).`;
      this.#options.publisher.fault(place, detail, error);
      return;
    }
    if (this.#failed.delete(type)) this.#options.publisher.fault(place, null);
  }

  /** Continues without a history if none opens within 10 s. */
  awaitHistory(): void {
    setTimeout(() => this.#continueWithoutHistory(), HISTORY_TIMEOUT_MS).unref();
  }

  #continueWithoutHistory(): void {
    const { hub, publisher, readiness, startedAt } = this.#options;
    if (readiness.historyOpen) return;
    publisher.fault('opening', 'The history has not opened for 10 seconds; messages are shown as soon as it does.');
    hub.open(`unopened-${startedAt}`, [], 1);
    readiness.markHistoryOpen();
    readiness.markLogAwaited();
  }

  #opened({ file, lives, epoch, newest, oldest, marks }: EventOf<'opened'>): void {
    const { hub, publisher, journal, readiness, claude } = this.#options;
    readiness.markHistoryOpen();
    claude?.beginTranscripts(marks);
    this.figures.historyFile = file;
    publisher.restoreLives(lives);
    // Which agents have left is known only now, and the first answer must not say that none did.
    if (readiness.filesRead) publisher.describe(true);
    publisher.fault('opening', null);
    journal.end();
    hub.open(epoch, newest, oldest);
    setTimeout(() => readiness.markLogAwaited(), READY_TIMEOUT_MS);
  }

  #committed({ messages, count, head, oldest }: EventOf<'committed'>): void {
    const { hub } = this.#options;
    this.figures.messagesRead += count;
    hub.publish(messages, head);
    hub.setOldest(oldest);
  }

  #unresolved(unresolved: EventOf<'unresolved'>['unresolved']): void {
    const { attention, publisher } = this.#options;
    attention.unresolved = unresolved;
    attention.request();
    publisher.publishStats();
  }

  #alerts(event: EventOf<'alerts'>): void {
    this.#options.alerts.take(event);
    this.#options.attention.request();
  }

  #caughtUp(): void {
    const { alerts, publisher, attention, readiness } = this.#options;
    alerts.caughtUp();
    // The first state of a page is complete.
    if (readiness.filesRead) publisher.describe(true);
    attention.attend();
    readiness.markLogAwaited();
  }

  #summary({ summary, newestBySender }: EventOf<'summary'>): void {
    const { counts, publisher } = this.#options;
    counts.take(summary);
    publisher.newestBySender = new Map(newestBySender);
    publisher.describeSoon();
  }

  #usage(event: EventOf<'usage'>): void {
    this.figures.usage = event.totals;
    this.#options.usage.take(event);
  }

  #loopHeld(heldMs: number): void {
    this.figures.loopHeldCount += 1;
    this.figures.longestLoopHoldMs = Math.max(this.figures.longestLoopHoldMs, heldMs);
  }

  #pruned({ messages, entries }: EventOf<'pruned'>): void {
    this.figures.pruned.messages += messages;
    this.figures.pruned.entries += entries;
    log().info({ messages, entries }, 'The retention deleted messages or journal entries.');
  }

  #part(part: EventOf<'part'>['part'], fault: EventOf<'part'>['fault']): void {
    const detail = `An internal fault keeps the recorder from processing ${part}; messages are still recorded.`;
    // What the journal has missed is recorded with the whole state, which begins it again.
    if (part === 'the journal') this.#options.journal.end();
    this.#options.publisher.fault(part, fault && detail, fault);
  }

  #condition(event: EventOf<'condition'>): void {
    const { sources, publisher } = this.#options;
    sources.log = event.log;
    this.figures.logKnown = true;
    sources.history = event.history;
    sources.zoneMismatch = event.zone;
    publisher.publishSources();
    publisher.syncJournal(Date.now());
  }
}
