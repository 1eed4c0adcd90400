/** What the source of Claude Code's files needs of each of its readers, so that tests can give others. */
import type {
  AgentMessage,
  ClaudeInboxMessage,
  ClaudeSession,
  ClaudeTask,
  ClaudeTeam,
  ClaudeUsage,
  TranscriptFacts,
  TranscriptMark,
} from '../sources/claude-code/claude-session';
import type { FollowedSession, TranscriptsProgress, TranscriptsStatus } from '../sources/claude-code/transcripts';
import type { ReaderStatus } from '../sources/source-status';
import type { HookFacts } from './claude-agents';

export interface SessionsSource {
  /** By pid; a new list after a change. */
  readonly sessions: readonly ClaudeSession[];
  readonly status: ReaderStatus;
  /** @param names of files that may have changed; null for all */
  refresh(names: ReadonlySet<string> | null): Promise<unknown>;
}

export interface TeamsSource {
  /** A new list after a change. */
  readonly teams: readonly ClaudeTeam[];
  readonly tasks: readonly ClaudeTask[];
  readonly taskLists: ReadonlyMap<string, string>;
  readonly status: ReaderStatus;
  refresh(): Promise<unknown>;
}

export type ClaudeHint = 'sessions' | 'teams' | 'tasks';

export interface WatchSource {
  readonly status: ReaderStatus;
  /** Watches folders that are new, and tries again what failed. */
  reconcile(): void;
  close(): Promise<void>;
}

export interface TranscriptsSource {
  /** Says which sessions and teams are shown now: only the transcripts of theirs are read. */
  follow(sessions: readonly FollowedSession[], teams: readonly string[]): void;
  refresh(): void;
  stop(): Promise<void>;
}

export interface HooksSource {
  forSession(sessionId: string): HookFacts | null;
  /** Forgets what the file of a session contradicts. */
  compare(seen: Pick<ClaudeSession, 'sessionId' | 'status' | 'statusUpdatedAt'>, now?: number): void;
  onChange(listener: () => void): unknown;
}

/** What the transcripts' thread reports. */
export interface TranscriptEvents {
  onFacts: (facts: readonly TranscriptFacts[]) => void;
  onMessages: (messages: readonly AgentMessage[]) => void;
  onUsage: (rows: readonly ClaudeUsage[], marks: readonly TranscriptMark[]) => void | Promise<void>;
  /** Null once the transcripts are read. */
  onProgress: (progress: TranscriptsProgress | null) => void;
  onStatus: (status: TranscriptsStatus) => void;
  /** A sentence and the error when the thread died, and null when it works again. */
  onFault: (thread: string, detail: string | null, error?: unknown) => void;
}

/** The readers of Claude Code's files; a null one is switched off. */
export interface ClaudeReaders {
  sessions: SessionsSource;
  /** @param onMessage takes each message that is found in an inbox */
  teams: (onMessage: (message: ClaudeInboxMessage) => void) => TeamsSource;
  /** Begins to watch; each hint says which files may differ, null for all of the kind. */
  watch: (onHint: (kind: ClaudeHint, names: ReadonlySet<string> | null) => void) => WatchSource;
  /** @returns the status of the whole source */
  joinStatus: (first: ReaderStatus, ...others: readonly ReaderStatus[]) => ReaderStatus;
  transcripts: ((marks: readonly TranscriptMark[], events: TranscriptEvents) => TranscriptsSource) | null;
}

/** A row of usage with the agent that it is counted for; null if no agent is known. */
export type AgentUsage = ClaudeUsage & { agentId: string | null };
