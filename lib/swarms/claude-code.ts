/**
 * The files of Claude Code as a source of a live swarm: reads sessions and teams by hints and once a second, follows the
 * transcripts of the sessions that are shown, and collects what hooks say. Every reader is given by the caller.
 */
import type {
  ClaudeSession,
  ClaudeTask,
  ClaudeTeam,
  ClaudeUsage,
  TranscriptFacts,
  TranscriptMark,
} from '../sources/claude-code/claude-session';
import { projectFolders } from '../sources/claude-code/worktrees';
import type { ReaderStatus } from '../sources/source-status';
import { type ClaudeFacts, type HookFacts, NO_CLAUDE_FACTS } from './claude-agents';

/** A reader of some files of Claude Code. */
interface FilesReader {
  /** @returns whether what it read differs from before */
  refresh(): Promise<boolean>;
}

export interface SessionsSource extends FilesReader {
  readonly sessions: readonly ClaudeSession[];
  readonly status: ReaderStatus;
}

export interface TeamsSource extends FilesReader {
  readonly teams: readonly ClaudeTeam[];
  readonly tasks: readonly ClaudeTask[];
}

export type ClaudeHint = 'sessions' | 'teams' | 'tasks';

export interface TranscriptsSource {
  /** Says which sessions are shown now: only their transcripts are read. */
  follow(sessions: readonly { sessionId: string; cwd: string | null }[]): void;
  refresh(): void;
  stop(): Promise<void>;
}

export interface HooksSource {
  forSession(sessionId: string): HookFacts | null;
  onChange(listener: () => void): void;
}

/** What the transcripts' thread reports. */
export interface TranscriptEvents {
  onFacts: (facts: readonly TranscriptFacts[]) => void;
  onUsage: (rows: readonly ClaudeUsage[], marks: readonly TranscriptMark[]) => void;
}

/** The readers of Claude Code's files; a null one is switched off. */
export interface ClaudeReaders {
  sessions: SessionsSource;
  teams: TeamsSource | null;
  /** Begins to watch; each hint says that some files may differ. */
  watch: (onHint: (kind: ClaudeHint) => void) => { close(): void };
  transcripts: ((marks: readonly TranscriptMark[], events: TranscriptEvents) => TranscriptsSource) | null;
  hooks: HooksSource | null;
}

/** A row of usage with the agent that it is counted for; null if no agent is known. */
export type AgentUsage = ClaudeUsage & { agentId: string | null };

interface Options {
  root: string;
  readers: ClaudeReaders;
  /** Takes what is known after each difference. */
  onFacts: (facts: ClaudeFacts) => void;
  /** Takes the status of the source whenever it differs. */
  onStatus: () => void;
  /** Takes usage, and how far the transcripts were read with it. */
  recordUsage: (rows: readonly AgentUsage[], marks: readonly TranscriptMark[]) => void;
  /** Takes why the files could not be read, null once they can. */
  onFault: (error: unknown) => void;
  /** Called when other processes have sessions: what was read about processes may be that of others. */
  onProcesses: () => void;
}

/** Worktrees are made and removed by hand. */
const FOLDERS_INTERVAL_MS = 5000;
/** Facts of sessions that ended: a rename or `/clear` gives a new id. */
const MAX_TRANSCRIPTS = 1000;

export class ClaudeCode {
  readonly #options: Options;
  readonly #watch: { close(): void };
  #transcripts: TranscriptsSource | null = null;
  #facts: ClaudeFacts = NO_CLAUDE_FACTS;
  /** The folders that were reported last. */
  #reportedFolders: readonly string[] = [];
  #status: ReaderStatus | null = null;
  #foldersAt = Number.NEGATIVE_INFINITY;
  #followed: readonly { sessionId: string; cwd: string | null }[] = [];
  /** Agents by session id, for rows of usage. */
  readonly #agents = new Map<string, string>();
  #processes = '';
  #reading: Promise<void> | null = null;
  #readAgain = false;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
    const { readers } = options;
    this.#watch = readers.watch(() => this.refresh());
    readers.hooks?.onChange(() => this.#takeHooks());
  }

  /**
   * Begins to read transcripts, once.
   *
   * @param marks how far they were read before, as the history keeps it
   */
  beginTranscripts(marks: readonly TranscriptMark[]): void {
    const { readers, recordUsage } = this.#options;
    if (this.#stopped) return;
    this.#transcripts ??=
      readers.transcripts?.(marks, {
        onFacts: (facts) => this.#takeTranscripts(facts),
        onUsage: (rows, read) =>
          recordUsage(
            rows.map((row) => this.#withAgent(row)),
            read,
          ),
      }) ?? null;
    this.#transcripts?.follow(this.#followed);
  }

  get status(): ReaderStatus {
    return this.#options.readers.sessions.status;
  }

  /** Reads what may differ. While it reads, a further request makes it read once more. */
  refresh(): Promise<void> {
    if (this.#reading) {
      this.#readAgain = true;
      return this.#reading;
    }
    this.#reading = this.#read().finally(() => {
      this.#reading = null;
      if (!this.#readAgain) return;
      this.#readAgain = false;
      void this.refresh();
    });
    return this.#reading;
  }

  /** Once a second: reads everything again, and the worktrees from time to time. */
  reconcile(now: number): Promise<void> {
    if (Math.abs(now - this.#foldersAt) >= FOLDERS_INTERVAL_MS) {
      this.#foldersAt = now;
      const folders = projectFolders(this.#options.root);
      if (folders.join('\n') !== this.#facts.folders.join('\n')) this.#facts = { ...this.#facts, folders };
    }
    this.#transcripts?.refresh();
    return this.refresh();
  }

  /** Follows the transcripts of the sessions that are shown now. */
  follow(shown: Iterable<{ session: ClaudeSession; agent: string }>): void {
    const sessions: { sessionId: string; cwd: string | null }[] = [];
    for (const { session, agent } of shown) {
      if (session.sessionId === null) continue;
      sessions.push({ sessionId: session.sessionId, cwd: session.cwd });
      this.#agents.set(session.sessionId, agent);
    }
    if (JSON.stringify(sessions) === JSON.stringify(this.#followed)) return;
    this.#followed = sessions;
    this.#transcripts?.follow(sessions);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watch.close();
    await Promise.all([this.#transcripts?.stop(), this.#reading]);
  }

  async #read(): Promise<void> {
    const { readers, onFault, onStatus } = this.#options;
    try {
      const [sessionsDiffer, teamsDiffer] = await Promise.all([
        readers.sessions.refresh(),
        readers.teams?.refresh() ?? false,
      ]);
      if (this.#stopped) return;
      const { sessions, status } = readers.sessions;
      if (status !== this.#status) {
        this.#status = status;
        onStatus();
      }
      onFault(null);
      const unread = unreadReason(status);
      const isNew = unread !== this.#facts.unread || this.#facts.folders !== this.#reportedFolders;
      if (!sessionsDiffer && !teamsDiffer && !isNew) return;
      if (sessionsDiffer) this.#noteProcesses(sessions);
      this.#report({ sessions, teams: readers.teams?.teams ?? [], unread, hooks: this.#hooksOf(sessions) });
    } catch (error) {
      onFault(error);
    }
  }

  #report(part: Partial<ClaudeFacts>): void {
    this.#facts = { ...this.#facts, ...part };
    this.#reportedFolders = this.#facts.folders;
    this.#options.onFacts(this.#facts);
  }

  #noteProcesses(sessions: readonly ClaudeSession[]): void {
    const processes = sessions.map(({ pid, procStart }) => `${pid} ${procStart}`).join();
    if (processes === this.#processes) return;
    this.#processes = processes;
    this.#options.onProcesses();
  }

  #takeTranscripts(facts: readonly TranscriptFacts[]): void {
    if (this.#stopped || facts.length === 0) return;
    const transcripts = new Map(this.#facts.transcripts);
    for (const one of facts) {
      transcripts.delete(one.sessionId);
      transcripts.set(one.sessionId, one);
    }
    for (const [id] of transcripts) {
      if (transcripts.size <= MAX_TRANSCRIPTS) break;
      transcripts.delete(id);
    }
    this.#report({ transcripts });
  }

  #takeHooks(): void {
    if (!this.#stopped) this.#report({ hooks: this.#hooksOf(this.#facts.sessions) });
  }

  #hooksOf(sessions: readonly ClaudeSession[]): ReadonlyMap<string, HookFacts> {
    const { hooks } = this.#options.readers;
    const known = new Map<string, HookFacts>();
    if (hooks === null) return known;
    for (const { sessionId } of sessions) {
      const facts = sessionId === null ? null : hooks.forSession(sessionId);
      if (sessionId !== null && facts !== null) known.set(sessionId, facts);
    }
    return known;
  }

  #withAgent(row: ClaudeUsage): AgentUsage {
    return { ...row, agentId: this.#agents.get(row.sessionId) ?? null };
  }
}

/** @returns why nothing is known of sessions, a sentence; null where they are read */
function unreadReason({ state, reason }: ReaderStatus): string | null {
  return state === 'ok' || state === 'degraded' ? null : (reason ?? 'The sessions of Claude Code can’t be read.');
}
