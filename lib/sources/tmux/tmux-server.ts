/**
 * One tmux server that has a watched pane. tmux sends a client in control mode only the output of the session that it is
 * attached to, so that there is one client for each session with a watched pane. Panes that nobody watches are paused
 * for that client; to switch them off would stop the programs in them.
 */
import { ControlClient } from './control-client';
import { LIST_COMMAND, LIST_WORDS, layoutSizes, type PaneList, parsePaneList } from './pane-list';
import { ParseQueue } from './parse-queue';
import { type RunTmux, TmuxError } from './run-tmux';
import { WatchedPane } from './watched-pane';

export interface TmuxServerOptions {
  socket: string;
  run: RunTmux;
  /** Called when the list of panes was read again, or can't be read. */
  onChange: () => void;
  onFault: (error: unknown) => void;
}

/** Why a server can't be watched. */
export interface ServerFault {
  kind: 'no_tmux' | 'other_user' | 'old_version' | 'unreachable';
  /** A sentence. */
  detail: string;
}

interface Session {
  client: ControlClient;
  /** The panes that this session has or had. */
  seen: Set<string>;
  /** Those of them that this client was told not to send. */
  muted: Set<string>;
}

/** Control mode is complete enough from here on. */
const MIN_VERSION = 3.0;
/** Pausing panes. */
const PAUSE_VERSION = 3.2;
/** After a notice; several come together. */
const NOTICE_DELAY_MS = 20;
/** For a list that a client was asked for; otherwise a process of its own asks. */
const LIST_TIMEOUT_MS = 2000;
/** Between two clients for one session. */
const ATTACH_INTERVAL_MS = 1000;
const MAX_ATTACHED = 1000;
/** That may change which panes there are, where they are, or what runs in them. */
const NOTICES = /^(?:layout-change|window-|unlinked-window-|sessions?-|pane-mode-changed|exit)/;

export class TmuxServer {
  readonly #options: TmuxServerOptions;
  readonly #queue = new ParseQueue();
  /** By their ids, each with how many watch it. */
  readonly #watched = new Map<string, { pane: WatchedPane; count: number }>();
  readonly #sessions = new Map<string, Session>();
  /** When a client was last started for a session. */
  readonly #attachedAt = new Map<string, number>();
  readonly #ending = new Set<Promise<void>>();
  #version: number | null = null;
  #list: PaneList = { panes: new Map(), fragile: new Set() };
  #fault: ServerFault | null = null;
  #isKnown = false;
  #refreshing: Promise<void> | null = null;
  #again = false;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(options: TmuxServerOptions) {
    this.#options = options;
  }

  /** The panes as they were listed last. */
  get list(): PaneList {
    return this.#list;
  }

  /** Whether they were listed, or could not be. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  get fault(): ServerFault | null {
    return this.#fault;
  }

  /** Begins to watch a pane; what it shows follows. */
  watch(id: string): WatchedPane {
    const known = this.#watched.get(id);
    if (known) {
      known.count += 1;
      return known.pane;
    }
    const pane = new WatchedPane(id, this.#queue);
    this.#watched.set(id, { pane, count: 1 });
    this.#place();
    return pane;
  }

  /** Ends that. @returns whether nobody watches it any more: then it must be disposed of */
  unwatch(pane: WatchedPane): boolean {
    const known = this.#watched.get(pane.id);
    if (known?.pane !== pane) return true;
    known.count -= 1;
    if (known.count > 0) return false;
    this.#watched.delete(pane.id);
    pane.end();
    this.#place();
    return true;
  }

  /** Lists the panes again. */
  async refresh(): Promise<void> {
    if (this.#refreshing !== null) {
      this.#again = true;
      return this.#refreshing;
    }
    this.#refreshing = this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    await this.#refreshing;
    if (this.#again && !this.#stopped) {
      this.#again = false;
      await this.refresh();
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    for (const { pane } of this.#watched.values()) pane.dispose();
    this.#watched.clear();
    this.#place();
    await Promise.all(this.#ending);
  }

  async #refresh(): Promise<void> {
    try {
      const lines = await this.#listLines();
      if (this.#stopped) return;
      this.#list = parsePaneList(lines);
      this.#fault = this.#oldVersion();
    } catch (error) {
      if (!(error instanceof TmuxError)) throw error;
      const { kind, message: detail } = error;
      this.#fault = { kind: kind === 'no_tmux' || kind === 'other_user' ? kind : 'unreachable', detail };
      this.#list = { panes: new Map(), fragile: new Set() };
      this.#version = null;
    }
    this.#isKnown = true;
    this.#place();
    this.#options.onChange();
  }

  async #listLines(): Promise<string[]> {
    const client = [...this.#sessions.values()][0]?.client;
    const lines = client && (await listBy(client));
    return lines ?? this.#runList();
  }

  async #runList(): Promise<string[]> {
    const { run, socket } = this.#options;
    const [version = '', ...lines] = (
      await run(socket, ['display-message', '-p', '#{version}', ';', ...LIST_WORDS])
    ).split('\n');
    this.#version = parseVersion(version);
    return lines;
  }

  #oldVersion(): ServerFault | null {
    if (this.#version === null || this.#version >= MIN_VERSION) return null;
    const detail = `Its tmux server is version ${this.#version}; ${MIN_VERSION.toFixed(1)} or later is needed.`;
    return { kind: 'old_version', detail };
  }

  /** Gives every watched pane the client of a session that has it, and ends clients that are of no use. */
  #place(): void {
    const used = new Set<string>();
    for (const { pane } of this.#watched.values()) {
      const session = this.#sessionOf(pane);
      if (session !== null) used.add(session);
      const client = session === null ? null : this.#session(session).client;
      if (client !== (pane.link?.client ?? null)) pane.connect(client && { client, canPause: this.#canPause });
      else this.#compareFacts(pane);
    }
    for (const [id, session] of this.#sessions) {
      if (used.has(id)) this.#mute(id, session);
      else this.#endSession(id);
    }
  }

  get #canPause(): boolean {
    return (this.#version ?? 0) >= PAUSE_VERSION;
  }

  /** @returns the session by whose client a pane is watched: the present one as long as it has the pane */
  #sessionOf(pane: WatchedPane): string | null {
    if (this.#fault !== null) return null;
    const sessions = this.#list.panes.get(pane.id)?.sessions ?? [];
    const present = pane.link?.client.session;
    if (present !== undefined && sessions.includes(present) && this.#sessions.has(present)) return present;
    const attached = sessions.find((one) => this.#sessions.has(one));
    return attached ?? sessions.find((one) => !this.#list.fragile.has(one) && this.#mayAttach(one)) ?? null;
  }

  /** Whether it was not tried just now: a client that can't attach must not be started again and again. */
  #mayAttach(session: string): boolean {
    return performance.now() - (this.#attachedAt.get(session) ?? Number.NEGATIVE_INFINITY) > ATTACH_INTERVAL_MS;
  }

  #session(id: string): Session {
    const known = this.#sessions.get(id);
    if (known) return known;
    if (this.#attachedAt.size >= MAX_ATTACHED) this.#attachedAt.clear();
    this.#attachedAt.set(id, performance.now());
    const client: ControlClient = new ControlClient({
      ...{ socket: this.#options.socket, session: id, canPause: this.#canPause },
      output: (pane, bytes) => this.#watched.get(pane)?.pane.output(client, bytes),
      notice: (name, rest) => this.#notice(client, name, rest),
      onExit: () => {
        if (this.#sessions.get(id)?.client === client) this.#sessions.delete(id);
        for (const { pane } of this.#watched.values()) if (pane.link?.client === client) pane.connect(null);
        this.#refreshSoon();
      },
    });
    const session = { client, seen: new Set<string>(), muted: new Set<string>() };
    this.#sessions.set(id, session);
    return session;
  }

  #endSession(id: string): void {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    if (!session) return;
    const ending = session.client.end().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /**
   * Mutes panes that nobody watches by this client. Those that have left its session, too: tmux 3.3a keeps their output
   * for it for ever, and fails when such a pane starts another process.
   */
  #mute(id: string, { client, seen, muted }: Session): void {
    if (!this.#canPause) return;
    for (const { id: pane, sessions } of this.#list.panes.values()) if (sessions.includes(id)) seen.add(pane);
    for (const pane of seen) {
      if (!this.#list.panes.has(pane)) {
        seen.delete(pane);
        muted.delete(pane);
      } else if (this.#watched.get(pane)?.pane.link?.client === client) {
        muted.delete(pane);
      } else if (!muted.has(pane)) {
        muted.add(pane);
        client.tell(`refresh-client -A '${pane}:pause'`);
      }
    }
  }

  #compareFacts(pane: WatchedPane): void {
    const listed = this.#list.panes.get(pane.id);
    if (listed) pane.compareFacts(listed);
  }

  #notice(client: ControlClient, name: string, rest: string): void {
    if (name === 'pause') this.#watched.get(rest)?.pane.paused(client);
    if (name === 'layout-change') {
      const [, layout = '', visible] = rest.split(' ');
      for (const [id, size] of layoutSizes(visible ?? layout)) this.#watched.get(id)?.pane.resized(size);
    }
    if (NOTICES.test(name)) this.#refreshSoon();
  }

  #refreshSoon(): void {
    if (this.#timer || this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.refresh().catch(this.#options.onFault);
    }, NOTICE_DELAY_MS);
  }
}

/** @returns what a client answers; null if it does not */
function listBy(client: ControlClient): Promise<string[] | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), LIST_TIMEOUT_MS);
    const end = (lines: readonly Buffer[] | null) => {
      clearTimeout(timer);
      resolve(lines === null ? null : lines.map((line) => line.toString('utf8')));
    };
    client.send(LIST_COMMAND, {
      ...{ count: 1, expect: () => null },
      onReply: (_, lines) => end(lines),
      onFault: () => end(null),
    });
  });
}

/** @returns the version as a number; one without a number, as of a development build, counts as recent */
function parseVersion(text: string): number {
  const found = /(\d+\.\d+)/.exec(text.replace(/^openbsd-.*/, ''))?.[1];
  return found === undefined ? Number.POSITIVE_INFINITY : Number(found);
}
