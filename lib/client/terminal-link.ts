/**
 * The connection of one page to the terminals that it shows. It belongs to this tab alone, exists only while the page is
 * visible and shows a terminal, and continues after a drop exactly where it stopped.
 */
import type { TerminalMode } from '../contract/terminal-schemas';
import type { Carrier, CarrierEvents, SocketAnswer, TerminalCommand } from './terminal-carriers';
import { receive, type TerminalAct, type TerminalModel, UNKNOWN_TERMINAL } from './terminal-model';

/** `waiting`: this browser has no connection left for this terminal. */
export type LinkState = 'connecting' | 'live' | 'reconnecting' | 'paused' | 'waiting';

/** What a viewer is shown beside the drawn screen. */
export interface TerminalStatus extends TerminalModel {
  link: LinkState;
  /** What the server refused, a sentence; null for nothing. */
  problem: string | null;
}

export const NO_STATUS: TerminalStatus = { ...UNKNOWN_TERMINAL, link: 'connecting', problem: null };

export interface TerminalViewer {
  mode: TerminalMode;
  onStatus(status: TerminalStatus): void;
  onAct(act: TerminalAct): void;
}

interface LinkOptions {
  openSocket: (events: CarrierEvents) => Carrier;
  openStreams: (events: CarrierEvents) => Carrier;
  /** A number from 0 to 1; tests pass their own. */
  random?: () => number;
}

/** What is shown of one agent: its viewers share one subscription. */
interface Shown {
  viewers: Set<TerminalViewer>;
  mode: TerminalMode;
  status: TerminalStatus;
  isSubscribed: boolean;
}

const MIN_DELAY_MS = 500;
const MAX_DELAY_MS = 20_000;
/** A server that refuses is asked again this late: credentials may have changed. */
const REFUSED_DELAY_MS = 30_000;
/** After so many sockets that ended before the server was heard, streams are tried, and then sockets again. */
const MAX_SILENT_SOCKETS = 2;

export class TerminalLink {
  readonly #options: LinkOptions;
  readonly #random: () => number;
  readonly #shown = new Map<string, Shown>();
  #carrier: Carrier | null = null;
  #isPaused = false;
  #wasHeard = false;
  #silentSockets = 0;
  #attempts = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  /**
   * Shows the terminal of an agent to a viewer, beginning with the whole screen, until the returned function is called.
   */
  watch(agent: string, viewer: TerminalViewer): () => void {
    const before = this.#shown.get(agent);
    const shown: Shown = before ?? { viewers: new Set(), mode: viewer.mode, status: NO_STATUS, isSubscribed: false };
    this.#shown.set(agent, shown);
    shown.viewers.add(viewer);
    viewer.onStatus(shown.status);
    this.#renew(agent, shown);
    this.#ensure();
    return () => {
      if (!shown.viewers.delete(viewer)) return;
      if (shown.viewers.size === 0) this.#drop(agent, shown);
      else if (modeOf(shown) !== shown.mode) this.#renew(agent, shown);
    };
  }

  /** Asks for the whole screen again: what was received could not be drawn. */
  refresh(agent: string): void {
    const shown = this.#shown.get(agent);
    if (shown) this.#renew(agent, shown);
  }

  /**
   * Sends a command over the connection, where it is the faster way: in order, and without a request of its own.
   *
   * @param authorization what it needs
   * @returns its answer, or null if the connection ended before it; undefined where it must be sent in another way
   */
  command(command: TerminalCommand, authorization: string | null): Promise<SocketAnswer | null> | undefined {
    return this.#carrier?.command(command, authorization);
  }

  /** Ends the connection until `resume`; what is drawn stays. */
  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#close();
    this.#say({ link: 'paused' });
  }

  /** Continues where `pause` stopped, or at once where the connection was lost. */
  resume(): void {
    this.#isPaused = false;
    if (this.#carrier === null || !this.#wasHeard) {
      this.#attempts = 0;
      this.#close();
      this.#ensure();
    }
  }

  #renew(agent: string, shown: Shown): void {
    shown.mode = modeOf(shown);
    shown.status = { ...shown.status, lastId: null };
    if (shown.isSubscribed) {
      this.#carrier?.unsubscribe(agent);
      shown.isSubscribed = false;
    }
    this.#subscribeAll();
  }

  #drop(agent: string, shown: Shown): void {
    this.#shown.delete(agent);
    if (shown.isSubscribed) this.#carrier?.unsubscribe(agent);
    if (this.#shown.size === 0) this.#close();
    // Another terminal may have waited for its connection.
    else this.#subscribeAll();
  }

  #ensure(): void {
    if (this.#isPaused || this.#carrier !== null || this.#shown.size === 0 || this.#timer !== undefined) return;
    this.#wasHeard = false;
    const isSocket = this.#silentSockets < MAX_SILENT_SOCKETS;
    const carrier: Carrier = (isSocket ? this.#options.openSocket : this.#options.openStreams)({
      onHeard: () => {
        this.#wasHeard = true;
        this.#attempts = 0;
        if (isSocket) this.#silentSockets = 0;
      },
      onEvent: (agent, event) => {
        const shown = this.#shown.get(agent);
        if (shown?.isSubscribed) this.#receive(agent, shown, event);
      },
      onProblem: (agent, problem) => {
        if (agent === null) this.#say({ problem });
        else this.#sayOf(agent, { problem });
      },
      onEnd: (refused) => {
        if (!this.#wasHeard) this.#silentSockets = isSocket ? this.#silentSockets + 1 : 0;
        this.#end(refused);
      },
    });
    this.#carrier = carrier;
    for (const [agent, { status }] of this.#shown) {
      // What was live stays "not live" until the server is heard.
      const wasOpen = status.link === 'paused' || status.link === 'reconnecting';
      this.#sayOf(agent, { link: wasOpen ? 'reconnecting' : 'connecting' });
    }
    this.#subscribeAll();
  }

  #receive(agent: string, shown: Shown, event: Parameters<typeof receive>[1]): void {
    // Output of the subscription before, which was on its way: the whole screen that was asked for follows it.
    if (event.event === 'output' && shown.status.lastId === null) return;
    const { model, act, gap } = receive(shown.status, event);
    const before = shown.status;
    shown.status = { ...before, ...model, link: 'live', problem: null };
    // Mostly output changes nothing but the drawn screen.
    const isNews = event.event !== 'output' || gap || before.link !== 'live' || before.problem !== null;
    for (const viewer of shown.viewers) {
      if (act) viewer.onAct(act);
      if (isNews) viewer.onStatus(shown.status);
    }
    if (gap) this.#renew(agent, shown);
  }

  #subscribeAll(): void {
    const carrier = this.#carrier;
    if (carrier === null) return;
    let count = [...this.#shown.values()].filter(({ isSubscribed }) => isSubscribed).length;
    // A terminal that is read goes before the previews.
    const order = [...this.#shown].sort(
      ([, one], [, other]) => Number(other.mode === 'live') - Number(one.mode === 'live'),
    );
    for (const [agent, shown] of order) {
      if (shown.isSubscribed) continue;
      if (count >= carrier.capacity) {
        this.#sayOf(agent, { link: 'waiting' });
        continue;
      }
      count += 1;
      shown.isSubscribed = true;
      // The screen may have changed while nobody was subscribed.
      shown.status = { ...shown.status, view: null };
      if (shown.status.link === 'waiting') this.#sayOf(agent, { link: 'connecting' });
      carrier.subscribe(agent, shown.mode, shown.status.lastId);
    }
  }

  #end(refused: string | null): void {
    this.#close();
    this.#say({ link: 'reconnecting', problem: refused });
    const most = Math.min(MAX_DELAY_MS, MIN_DELAY_MS * 2 ** this.#attempts);
    this.#attempts += 1;
    // Random within the range, so that many pages do not reconnect to a restarted server at the same moment.
    const delay = refused === null ? MIN_DELAY_MS + this.#random() * (most - MIN_DELAY_MS) : REFUSED_DELAY_MS;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#ensure();
    }, delay);
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const carrier = this.#carrier;
    this.#carrier = null;
    for (const shown of this.#shown.values()) shown.isSubscribed = false;
    carrier?.close();
  }

  #say(part: Partial<TerminalStatus>): void {
    for (const agent of this.#shown.keys()) this.#sayOf(agent, part);
  }

  #sayOf(agent: string, part: Partial<TerminalStatus>): void {
    const shown = this.#shown.get(agent);
    if (!shown) return;
    shown.status = { ...shown.status, ...part };
    for (const viewer of shown.viewers) viewer.onStatus(shown.status);
  }
}

/** Previews can draw what a live terminal is sent, not the other way round. */
function modeOf({ viewers }: Shown): TerminalMode {
  return [...viewers].some(({ mode }) => mode === 'live') ? 'live' : 'preview';
}
