/**
 * The terminals of the agents of a live swarm. A terminal is watched while somebody looks at it, and for some time
 * after, so that a viewer who comes back goes on where it stopped.
 */
import type { Reach } from '../actions/messages/delivery';
import type { TerminalMode, TerminalState } from '../contract/terminal-schemas';
import type { ProcPlaces } from '../sources/processes/process-places';
import { type RunTmux, runTmux } from '../sources/tmux/run-tmux';
import type { TmuxServer } from '../sources/tmux/tmux-server';
import { AgentTerminal } from './agent-terminal';
import { TerminalPlace } from './terminal-place';
import type { TerminalCursor, TerminalScreenLines, Terminals } from './terminals';

export interface LiveTerminalsOptions {
  /** @returns how an agent can be reached now; null if no such agent is known */
  reach: (agentId: string) => Reach | null;
  places: Pick<ProcPlaces, 'ancestors' | 'tmuxServer'>;
  onFault: (error: unknown) => void;
  run?: RunTmux;
  /** Calls back after some time; another clock in tests. @returns what cancels it */
  after?: (ms: number, run: () => void) => () => void;
}

interface Kept {
  terminal: AgentTerminal;
  viewers: number;
  /** Cancels its end, while nobody looks at it. */
  cancelEnd: (() => void) | null;
}

/** After the last viewer. */
export const LINGER_MS = 30_000;
/** A watched pane has an emulator and a ring, some megabytes. */
export const MAX_WATCHED = 128;
/** Without a viewer; more end at once, those first that were left first. */
export const MAX_LINGERING = 32;
/** What tmux tells nobody about: the command in the foreground, ended processes, cleared lines. */
const REFRESH_INTERVAL_MS = 2000;
/** For the first screen, for callers that want a text. */
const TEXT_TIMEOUT_MS = 3000;

export class LiveTerminals implements Terminals {
  readonly #options: LiveTerminalsOptions;
  readonly #after: NonNullable<LiveTerminalsOptions['after']>;
  readonly #terminals = new Map<string, Kept>();
  /** Those without a viewer, in the order in which they were left. */
  readonly #lingering = new Set<string>();
  readonly #servers = new Map<string, TmuxServer>();
  readonly #ending = new Set<Promise<void>>();
  #watching: typeof import('../sources/tmux/tmux-server') | null = null;
  #loading: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(options: LiveTerminalsOptions) {
    this.#options = options;
    this.#after = options.after ?? startTimer;
  }

  open(agentId: string, mode: TerminalMode, lastId: string | null, onMore: () => void): TerminalCursor {
    const kept = this.#keep(agentId);
    kept.viewers += 1;
    return new TerminalPlace(kept.terminal, { mode, lastId, onMore }, () => this.#leave(agentId, kept));
  }

  async text(agentId: string): Promise<{ text: string } | { state: TerminalState }> {
    const kept = this.#keep(agentId);
    kept.viewers += 1;
    try {
      return await firstText(kept.terminal);
    } finally {
      this.#leave(agentId, kept);
    }
  }

  lines(agentId: string): TerminalScreenLines | null {
    return this.#terminals.get(agentId)?.terminal.lines() ?? null;
  }

  /** The tmux servers to which a client is attached now, or was until just now. */
  get servers(): readonly string[] {
    return [...this.#servers.keys()];
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const [id, kept] of [...this.#terminals]) this.#drop(id, kept);
    if (this.#timer) clearInterval(this.#timer);
    await Promise.all(this.#ending);
  }

  #keep(agentId: string): Kept {
    const known = this.#terminals.get(agentId);
    if (known) {
      known.cancelEnd?.();
      known.cancelEnd = null;
      this.#lingering.delete(agentId);
      return known;
    }
    const terminal = new AgentTerminal({
      reach: () => this.#options.reach(agentId),
      places: this.#options.places,
      server: (socket) => this.#server(socket),
      hasRoom: () => this.#hasRoom(),
    });
    const kept: Kept = { terminal, viewers: 0, cancelEnd: null };
    this.#terminals.set(agentId, kept);
    if (this.#timer === null && !this.#stopped) this.#timer = setInterval(() => this.#refresh(), REFRESH_INTERVAL_MS);
    terminal.locate();
    return kept;
  }

  #leave(agentId: string, kept: Kept): void {
    kept.viewers -= 1;
    if (kept.viewers > 0 || this.#terminals.get(agentId) !== kept) return;
    kept.cancelEnd = this.#after(LINGER_MS, () => this.#drop(agentId, kept));
    this.#lingering.add(agentId);
    const [oldest] = this.#lingering;
    const first = oldest === undefined ? undefined : this.#terminals.get(oldest);
    if (oldest !== undefined && first && this.#lingering.size > MAX_LINGERING) this.#drop(oldest, first);
  }

  #hasRoom(): boolean {
    let watched = 0;
    for (const { terminal } of this.#terminals.values()) {
      if (terminal.isWatched) watched += 1;
      if (watched === MAX_WATCHED) return false;
    }
    return true;
  }

  #drop(agentId: string, kept: Kept): void {
    kept.cancelEnd?.();
    this.#lingering.delete(agentId);
    this.#terminals.delete(agentId);
    kept.terminal.dispose();
    this.#endUnused();
    if (this.#terminals.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #endUnused(): void {
    const used = new Set([...this.#terminals.values()].map(({ terminal }) => terminal.server));
    for (const [socket, server] of this.#servers) {
      if (used.has(server)) continue;
      this.#servers.delete(socket);
      const ending = server.stop().finally(() => this.#ending.delete(ending));
      this.#ending.add(ending);
    }
  }

  /** @returns null until what watches tmux is loaded: it brings an emulator, which only viewers need */
  #server(socket: string): TmuxServer | null {
    const known = this.#servers.get(socket);
    if (known) return known;
    if (this.#watching === null) {
      this.#loading ??= this.#load();
      return null;
    }
    const { run = runTmux, onFault } = this.#options;
    const server = new this.#watching.TmuxServer({ socket, run, onChange: () => this.#locateAll(), onFault });
    this.#servers.set(socket, server);
    if (!this.#stopped) server.refresh().catch(onFault);
    return server;
  }

  async #load(): Promise<void> {
    try {
      this.#watching = await import('../sources/tmux/tmux-server');
      this.#locateAll();
    } catch (error) {
      this.#options.onFault(error);
    }
  }

  #refresh(): void {
    for (const server of this.#servers.values()) server.refresh().catch(this.#options.onFault);
    this.#locateAll();
    this.#endUnused();
  }

  #locateAll(): void {
    for (const { terminal } of this.#terminals.values()) terminal.locate();
  }
}

/** Waits for the first screen. */
async function firstText(terminal: AgentTerminal): Promise<{ text: string } | { state: TerminalState }> {
  const deadline = performance.now() + TEXT_TIMEOUT_MS;
  for (;;) {
    const { state, pane } = terminal;
    const model = pane?.model;
    const shows = state !== null && (state.state === 'open' || state.state === 'dead');
    if (model && shows) return { text: model.plainLines().join('\n').trimEnd() };
    const left = deadline - performance.now();
    if (state !== null && (!shows || left <= 0)) return { state };
    if (left <= 0) return { state: NO_ANSWER };
    await changed(terminal, left);
  }
}

const NO_ANSWER: TerminalState = {
  state: 'unreachable',
  detail: 'Its tmux server did not answer in time.',
  ...{ pane: null, server: null, command: null, foreground: 'unknown' },
};

function changed(terminal: AgentTerminal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      unfollow();
      resolve();
    };
    const timer = setTimeout(end, ms);
    const unfollow = terminal.follow(end);
  });
}

function startTimer(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
