/** Performs the actions of a story on a root: the only place where the simulator writes files. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { normalizeLockPath } from '../contract/lock-path';
import { lockFileName } from '../sources/claudeswarm/lock-entry';
import { LOCKS_FOLDER } from '../sources/claudeswarm/locks';
import { acquireLock, LogWriter, releaseLock } from '../sources/claudeswarm/writer';
import { formatNaiveLocal } from '../sources/claudeswarm/written-form';
import type { AgentProcesses } from './agent-processes';
import { PendingAcks } from './pending-acks';
import { type RosterEntry, writeRegistry } from './registry-file';
import { SharedTasks } from './shared-tasks';
import { Stores } from './stores';
import { WorkFiles } from './work-files';
import type { Deed, StoryMessage } from './world';

export interface Counts {
  messages: number;
  /** Lines that could not be written to the log in time; the swarm's tool drops such lines too. */
  dropped: number;
  rotations: number;
  locksAcquired: number;
  locksReleased: number;
  registryWrites: number;
}

/** The longest timeout that the swarm's tool accepts, so that locks are visibly stale before an agent removes them. */
const STALE_LOCK_SECONDS = 3600;

/** The file that was just written. */
export type Written = { file: 'registry' } | { file: 'locks' } | { file: 'log'; lines: readonly object[] };

export interface PlayerOptions {
  rotateAtBytes?: number | undefined;
  onWritten?: ((written: Written) => void) | undefined;
  processes?: AgentProcesses | null;
}

export class Player {
  readonly counts: Counts = {
    messages: 0,
    dropped: 0,
    rotations: 0,
    locksAcquired: 0,
    locksReleased: 0,
    registryWrites: 0,
  };
  readonly #root: string;
  readonly #log: LogWriter;
  readonly #acks: PendingAcks;
  readonly #stores: Stores;
  readonly #tasks: SharedTasks;
  readonly #work: WorkFiles;
  readonly #roster = new Map<string, RosterEntry & { present: boolean }>();
  /** The agent by the path that it has locked. */
  readonly #held = new Map<string, string>();
  /** The paths of locks whose files were missing when they were last looked for. */
  #missing: ReadonlySet<string> = new Set();
  #lines: object[] = [];
  #rosterChanged = false;

  readonly #onWritten: (written: Written) => void;
  readonly #processes: AgentProcesses | null;

  /**
   * @param options.onWritten is called after each write, at once
   * @param options.processes starts a process for each agent; without it agents have pids that no system gives
   */
  constructor(root: string, { rotateAtBytes, onWritten = () => {}, processes = null }: PlayerOptions = {}) {
    this.#root = root;
    this.#onWritten = onWritten;
    this.#processes = processes;
    this.#log = new LogWriter(root, { rotateAtBytes });
    this.#acks = new PendingAcks(root);
    this.#stores = new Stores(root);
    this.#tasks = new SharedTasks(root);
    this.#work = new WorkFiles(root);
    mkdirSync(path.join(root, LOCKS_FOLDER), { recursive: true });
  }

  /**
   * Performs one action as of a time (milliseconds since 1970). Messages, acknowledgements, tasks and conflicts wait
   * for `flush`, other actions happen at once.
   */
  perform(deed: Deed, now: number): void {
    switch (deed.kind) {
      case 'message':
        this.#lines.push(logLine(deed.message, now));
        this.#stores.confirmCard(deed.message.sender, now);
        this.#work.takeMessage(deed.message, now);
        return;
      case 'task':
        this.#tasks.take(deed.task, now);
        this.#work.takeTask(deed.task, now);
        return;
      case 'conflict':
        this.#stores.takeConflict(deed.conflict, now);
        return;
      case 'acquire':
        if (acquireLock(this.#root, { ...deed, now, staleSeconds: STALE_LOCK_SECONDS })) {
          this.counts.locksAcquired += 1;
          this.#held.set(deed.filepath, deed.agentId);
        }
        break;
      case 'release':
        if (releaseLock(this.#root, deed.agentId, deed.filepath)) this.counts.locksReleased += 1;
        this.#held.delete(deed.filepath);
        break;
      case 'cleanUp':
        this.#held.delete(deed.filepath);
        rmSync(lockFile(this.#root, deed.filepath), { force: true });
        break;
      case 'awaitAck':
      case 'settleAck':
        this.#acks.perform(deed, now);
        return;
      case 'join':
      case 'vanish':
      case 'return':
      case 'drop':
        this.#enroll(deed, now);
        return;
      default:
        // What happens at terminals is in no file of the swarm.
        return;
    }
    // An acquisition that fails may still have removed stale locks.
    this.#onWritten({ file: 'locks' });
  }

  /**
   * @returns the locks whose files somebody else has removed, each once; a file is missing at two calls, because a command
   *   takes a file away for a moment to look at it
   */
  lostLocks(): { agentId: string; filepath: string }[] {
    const missing = [...this.#held].filter(([filepath]) => !existsSync(lockFile(this.#root, filepath)));
    const lost = missing.filter(([filepath]) => this.#missing.has(filepath));
    for (const [filepath] of lost) this.#held.delete(filepath);
    this.#missing = new Set(missing.map(([filepath]) => filepath));
    return lost.map(([filepath, agentId]) => ({ agentId, filepath }));
  }

  /** Whether an agent came or left since the registry was last written. */
  get rosterChanged(): boolean {
    return this.#rosterChanged;
  }

  /**
   * Rewrites the registry as `discover-agents` does: agents that are present are seen now, the others keep their time.
   */
  discover(now: number): void {
    for (const entry of this.#roster.values()) {
      entry.status = entry.present ? 'active' : 'stale';
      if (entry.present) entry.lastSeen = now;
    }
    writeRegistry(this.#root, [...this.#roster.values()], now);
    this.#rosterChanged = false;
    this.counts.registryWrites += 1;
    this.#onWritten({ file: 'registry' });
  }

  /** Appends the waiting messages in one locked write, and writes the other changed files. */
  flush(): void {
    this.#acks.write();
    this.#stores.flush();
    this.#flushTasks();
    this.#work.flush();
    if (this.#lines.length === 0) return;
    const lines = this.#lines;
    this.#lines = [];
    try {
      this.#log.appendAll(lines);
      this.counts.messages += lines.length;
      this.#onWritten({ file: 'log', lines });
    } catch (error) {
      // A missing root, a full disk, a log locked by another process: the swarm's tool warns and continues too.
      this.counts.dropped += lines.length;
      process.emitWarning(error instanceof Error ? error.message : String(error));
    }
    this.counts.rotations = this.#log.rotations;
  }

  #flushTasks(): void {
    try {
      this.#tasks.flush();
    } catch (error) {
      // A missing root, a full disk, a file that somebody has broken: the swarm's tool warns and continues too.
      process.emitWarning(error instanceof Error ? error.message : String(error));
    }
  }

  close(): void {
    this.#log.close();
  }

  #enroll(deed: Extract<Deed, { kind: 'join' | 'vanish' | 'return' | 'drop' }>, now: number): void {
    this.#rosterChanged = true;
    if (deed.kind === 'join') {
      const pid = this.#processes?.start(deed.agent.id) ?? deed.agent.pid;
      const agent = { ...deed.agent, pid };
      this.#stores.takeCard(agent, now);
      this.#work.takeAgent(agent);
      this.#roster.set(agent.id, { agent, status: 'active', lastSeen: now, present: true });
      return;
    }
    this.#stores.takeAvailability(deed.agentId, deed.kind === 'return' ? 'active' : 'offline', now);
    if (deed.kind === 'drop' || (deed.kind === 'vanish' && deed.died)) this.#processes?.stop(deed.agentId);
    if (deed.kind === 'drop') {
      this.#roster.delete(deed.agentId);
      this.#work.dropAgent(deed.agentId);
      return;
    }
    const entry = this.#roster.get(deed.agentId);
    if (!entry) return;
    entry.present = deed.kind === 'return';
    entry.lastSeen = now;
  }
}

function lockFile(root: string, filepath: string): string {
  return path.join(root, LOCKS_FOLDER, lockFileName(normalizeLockPath(filepath)));
}

function logLine({ sender, ...rest }: StoryMessage, now: number): object {
  return { sender, timestamp: formatNaiveLocal(now), ...rest };
}
