/**
 * The records of Claude Code's own files that other rooms use: sessions, teams, transcripts and usage. Fields are as
 * Claude Code 2.1.332 writes them; words that are not known are passed on.
 */

/** One file `sessions/<pid>.json`, as it was read last. */
export interface ClaudeSession {
  pid: number;
  /** Field 22 of `/proc/<pid>/stat` when the session started; null if the file does not say. */
  procStart: string | null;
  /**
   * Whether its process runs: true, false, or null where that cannot be known (another pid domain, another user, no
   * `/proc`).
   */
  alive: boolean | null;
  sessionId: string | null;
  /** The folder in which it started, a real path. */
  cwd: string | null;
  name: string | null;
  /** `derived`, `user` or `peer`. */
  nameSource: string | null;
  version: string | null;
  /** `interactive` or `bg`. */
  kind: string | null;
  /** `cli`, or `sdk-cli` for a headless one. */
  entrypoint: string | null;
  /** From `<session>:@<window>.%<pane>`; null outside tmux. */
  tmux: { session: string; window: string; pane: string } | null;
  messagingSocketPath: string | null;
  jobId: string | null;
  /** `idle`, `busy`, `waiting`, `shell` or another word; null in the first write. */
  status: string | null;
  waitingFor: string | null;
  /** Milliseconds since 1970. */
  statusUpdatedAt: number | null;
  startedAt: number | null;
  /**
   * When its file was last good, if it can't be read now: the other fields are from then. Null if they are current.
   * Milliseconds since 1970.
   */
  keptFrom: number | null;
}

/** One member of an agent team. */
export interface ClaudeTeamMember {
  agentId: string | null;
  name: string;
  agentType: string | null;
  model: string | null;
  /** `leader`, `in-process` or a pane such as `%2`. */
  tmuxPaneId: string | null;
  backendType: string | null;
  cwd: string | null;
  joinedAt: number | null;
  isActive: boolean | null;
}

/** One file `teams/<name>/config.json`. */
export interface ClaudeTeam {
  /** The name of its folder. */
  folder: string;
  name: string | null;
  leadAgentId: string | null;
  /** Keeps the first id after `/clear`: a team is joined to a session by `leadProcess`. */
  leadSessionId: string | null;
  leadProcess: { pid: number; procStart: string | null } | null;
  members: readonly ClaudeTeamMember[];
}

/** One message of an inbox `teams/<name>/inboxes/<agent>.json`. */
export interface ClaudeInboxMessage {
  team: string;
  to: string;
  from: string;
  text: string;
  summary: string | null;
  msgId: string | null;
  /** Milliseconds since 1970. */
  sentAt: number | null;
}

/** A message to the main agent of a session, as its transcript has it. */
export interface AgentMessage {
  sessionId: string;
  /** The id of its line, which a copy of the transcript has too. */
  key: string;
  /** The name of a teammate, or another agent's. */
  from: string;
  text: string;
  /** Milliseconds since 1970. */
  sentAt: number | null;
}

/** What one agent of a team wrote to another, with the ids of both agents. */
export interface TeamMessage {
  team: string;
  /** Unique in its team: `msg_id`, or another key where it has none. */
  key: string;
  from: string;
  to: string;
  text: string;
  /** Milliseconds since 1970. */
  sentAt: number | null;
  msgId: string | null;
}

/** One task of `tasks/<list>/<id>.json`. */
export interface ClaudeTask {
  list: string;
  id: string;
  subject: string;
  description: string | null;
  activeForm: string | null;
  status: string;
  owner: string | null;
  blocks: readonly string[];
  blockedBy: readonly string[];
}

/** What was said last, an excerpt. `at` is milliseconds since 1970. */
export interface Excerpt {
  text: string;
  at: number | null;
}

/** What a transcript says about its session, and about the teammates in its process; memory only, never in a bundle. */
export interface TranscriptFacts extends AgentFacts {
  /** Those whose own transcripts were read, with their names in `agentName`. */
  teammates: readonly TeammateFacts[];
}

/** What the transcript of an in-process teammate says; `sessionId` is that of its lead. */
export interface TeammateFacts extends AgentFacts {
  /** Whether the newest of its lines that say so ended its turn. */
  turnEnded: boolean;
  /** When its newest line was written, milliseconds since 1970. */
  newestAt: number | null;
}

/** What one transcript says; memory only, never in the history or a bundle. */
export interface AgentFacts {
  sessionId: string;
  model: string | null;
  permissionMode: string | null;
  cwd: string | null;
  gitBranch: string | null;
  /** The oldest of the `tool_use` lines without a result. */
  tool: { name: string; input: string; since: number | null } | null;
  /** How many calls have no result yet. */
  openTools: number;
  lastPrompt: Excerpt | null;
  lastAnswer: Excerpt | null;
  /** Whether the newest turn ended with a question to the person, by the text of its last answer. */
  asks: boolean;
  contextTokens: number | null;
  lastTurnMs: number | null;
  errors: number;
  /** The newest API error, and whether an answer followed. */
  lastError: { kind: string; at: number | null; resolved: boolean } | null;
  compactions: number;
  /** The newest decisions on permissions: tool, accepted or not, and by whom. */
  decisions: readonly { tool: string; accepted: boolean; source: string; at: number | null }[];
  /** `teammate` is its name if it is a teammate in the process of the session. */
  subagents: readonly {
    id: string;
    type: string | null;
    description: string | null;
    teammate: string | null;
    finished: boolean;
  }[];
  /** Of a teammate. */
  teamName: string | null;
  agentName: string | null;
}

/**
 * The tokens of one answer of the API. After a crash, or where a fork copied history that was forgotten, a row may be
 * given again: the one with a `messageId` that is known already does not count.
 */
export interface ClaudeUsage {
  messageId: string;
  /** The session that asked, also for an answer that a fork copied. */
  sessionId: string;
  /** The subagent or teammate that used them; null for the session's main agent. */
  subagentId: string | null;
  /** Milliseconds since 1970. */
  at: number;
  model: string;
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
}

/** How far a transcript was read, to continue there after a restart. */
export interface TranscriptMark {
  file: string;
  /** A hash of its first bytes and of those before the offset: another file under the same name begins anew. */
  head: string;
  /** All answers that begin before it were given. */
  offset: number;
}
