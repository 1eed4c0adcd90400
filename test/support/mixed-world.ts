/**
 * The true state of the mixed story: which processes run, in which panes, under which ids the registry lists
 * them, and who took which lock. Ids, panes and processes are kept apart, because the swarm's tool mixes them up.
 */

import { patternsOverlap } from '../../lib/contract/fnmatch';
import { normalizeLockPath } from '../../lib/contract/lock-path';
import type { Random } from '../../lib/simulator/random';
import type { MessageType } from '../../lib/simulator/world';

/** The process of a pane: a shell with a claude below it. */
export interface PaneProcess {
  pid: number;
  /** Seconds since the story began. */
  startedAt: number;
  shellRuns: boolean;
  claude: 'running' | 'suspended' | 'exited';
  /** False for a process of another user, about which nothing is known. */
  visible: boolean;
}

export interface Pane {
  tmuxPaneId: string;
  session: string;
  window: number;
  process: PaneProcess;
}

/** An entry of the registry. */
export interface Listed {
  id: string;
  paneIndex: string;
  pane: Pane;
  sessionName: string;
  status: 'active' | 'stale';
  /** Seconds since the story began. */
  lastSeen: number;
}

export interface TakenLock {
  agentId: string;
  filepath: string;
  /** The process that took it, whichever has its id now. */
  taker: PaneProcess;
  at: number;
}

export interface SaidMessage {
  sender: string;
  type: MessageType;
  content: string;
  recipients: string[];
  msgId: string;
  parent?: string;
  at: number;
}

/** A file that the dashboard needs is moved away or overwritten with garbage for some time. */
export interface Fault {
  source: 'registry' | 'locks';
  how: 'vanished' | 'unreadable';
  since: number;
}

export interface AwaitedAck {
  msgId: string;
  senderId: string;
  recipientId: string;
  content: string;
  retryCount: number;
  retrySeconds: number;
}

/** Receives each change of the files at once. */
export interface Stage {
  registryWritten(entries: readonly Listed[], at: number): void;
  lockTaken(lock: TakenLock): void;
  lockRemoved(lock: TakenLock): void;
  said(message: SaidMessage): void;
  ackAwaited(ack: AwaitedAck, at: number): void;
  ackSettled(msgId: string, at: number): void;
  faultBegun(fault: Fault): void;
  faultEnded(fault: Fault): void;
}

/** Any acquisition removes locks that are older than this. */
export const STALE_LOCK_SECONDS = 120;
/** `discover-agents` drops an entry without a pane from this age on. */
const MAX_SECONDS_WITHOUT_PANE = 60;
const FIRST_PID = 20_000;

export class MixedWorld {
  readonly random: Random;
  readonly stage: Stage;
  readonly panes: Pane[] = [];
  readonly locks = new Map<string, TakenLock>();
  readonly messages: SaidMessage[] = [];
  listed: Listed[] = [];
  fault: Fault | null = null;
  /** Seconds since the story began. */
  clock = 0;
  #opened = 0;
  #paths = 0;

  constructor(random: Random, stage: Stage) {
    this.random = random;
    this.stage = stage;
  }

  /** Opens a pane at the end of a window, with a shell and a claude in it. */
  openPane(session: string, window: number, visible = true): Pane {
    this.#opened += 1;
    const pid = FIRST_PID + this.#opened * 10;
    const process: PaneProcess = { pid, startedAt: this.clock, shellRuns: true, claude: 'running', visible };
    const pane = { tmuxPaneId: `%${this.#opened}`, session, window, process };
    this.panes.push(pane);
    return pane;
  }

  /** Ends a pane and its processes; later panes of its window move up. */
  killPane(pane: Pane): void {
    pane.process.shellRuns = false;
    pane.process.claude = 'exited';
    const place = this.panes.indexOf(pane);
    if (place !== -1) this.panes.splice(place, 1);
  }

  /** @returns `session:window.pane`, as tmux numbers panes */
  indexOf(pane: Pane): string {
    const { session, window } = pane;
    const inWindow = this.panes.filter((one) => one.session === session && one.window === window);
    return `${session}:${window}.${inWindow.indexOf(pane)}`;
  }

  /** @returns the id under which the swarm's tool knows a pane; null before it is discovered, and once it is dropped */
  idOf(pane: Pane): string | null {
    const own = this.listed.filter((entry) => entry.pane === pane);
    return (own.find(({ status }) => status === 'active') ?? own[0])?.id ?? null;
  }

  /** Whether an agent in a pane works and can get messages. */
  isPresent(pane: Pane): boolean {
    return this.panes.includes(pane) && pane.process.claude === 'running' && this.idOf(pane) !== null;
  }

  present(): Pane[] {
    return this.panes.filter((pane) => this.isPresent(pane));
  }

  /** Rewrites the registry as `discover-agents` does: ids follow the position of a pane, not its process. */
  discover(): void {
    if (this.fault?.source === 'registry') return;
    const before = new Map(this.listed.map((entry) => [entry.paneIndex, entry]));
    let highest = Math.max(-1, ...this.listed.map(({ id }) => Number(id.slice('agent-'.length))));
    const found = this.panes.filter(({ process }) => process.shellRuns && process.claude !== 'exited');
    const seen = found.map((pane): Listed => {
      const paneIndex = this.indexOf(pane);
      const known = before.get(paneIndex)?.id;
      if (known === undefined) highest += 1;
      const id = known ?? `agent-${highest}`;
      return { id, paneIndex, pane, sessionName: pane.session, status: 'active', lastSeen: this.clock };
    });
    const indexes = new Set(seen.map(({ paneIndex }) => paneIndex));
    const kept = this.listed.filter(
      ({ paneIndex, lastSeen, pane: { process } }) =>
        !indexes.has(paneIndex) &&
        this.clock - lastSeen < MAX_SECONDS_WITHOUT_PANE &&
        process.shellRuns &&
        process.claude !== 'exited',
    );
    this.listed = [...seen, ...kept.map((entry): Listed => ({ ...entry, status: 'stale' }))];
    this.stage.registryWritten(this.listed, this.clock);
  }

  /** @returns a path that was never locked */
  newPath(): string {
    this.#paths += 1;
    return `src/part-${this.#paths % 7}/file-${this.#paths}.ts`;
  }

  /** Takes a lock under the id of a pane, which removes stale ones of anybody. @returns whether it was taken */
  acquire(pane: Pane, filepath: string): boolean {
    const agentId = this.idOf(pane);
    if (agentId === null || !this.isPresent(pane) || this.fault?.source === 'locks') return false;
    for (const lock of [...this.locks.values()]) if (this.clock - lock.at > STALE_LOCK_SECONDS) this.removeLock(lock);
    const path = normalizeLockPath(filepath);
    const held = [...this.locks.values()];
    if (held.some((lock) => lock.agentId !== agentId && patternsOverlap(path, lock.filepath))) return false;
    const lock = { agentId, filepath: path, taker: pane.process, at: this.clock };
    this.locks.set(path, lock);
    this.stage.lockTaken(lock);
    return true;
  }

  /** Removes a lock: released, expired or cleaned up. */
  removeLock(lock: TakenLock): void {
    if (this.locks.get(lock.filepath) !== lock || this.fault?.source === 'locks') return;
    this.locks.delete(lock.filepath);
    this.stage.lockRemoved(lock);
  }

  removeLocksOf(process: PaneProcess): void {
    for (const lock of [...this.locks.values()]) if (lock.taker === process) this.removeLock(lock);
  }

  /** Logs a message. An agent must be running to send one; automatic messages of the tool do not need that. */
  say(
    from: Pane | string,
    to: readonly (Pane | string)[],
    message: { type: MessageType; content: string; parent?: string },
  ): SaidMessage | null {
    const paneName = (one: Pane | string) => (typeof one === 'string' ? one : this.idOf(one));
    const sender = paneName(from);
    const recipients = [...new Set(to.map(paneName))].filter((name) => name !== null && name !== sender) as string[];
    if (sender === null || (typeof from !== 'string' && !this.isPresent(from)) || recipients.length === 0) return null;
    const said = { sender, recipients, ...message, msgId: this.random.uuid(), at: this.clock };
    this.messages.push(said);
    this.stage.said(said);
    return said;
  }

  beginFault(source: Fault['source'], how: Fault['how']): void {
    this.fault = { source, how, since: this.clock };
    this.stage.faultBegun(this.fault);
  }

  endFault(): void {
    const { fault } = this;
    this.fault = null;
    if (!fault) return;
    this.stage.faultEnded(fault);
    if (fault.source === 'registry') this.discover();
  }
}
