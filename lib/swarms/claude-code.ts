/**
 * The files of Claude Code as a source of a live swarm: reads sessions and teams by hints and once a second, follows the
 * transcripts of the sessions that are shown, and collects what hooks say. Every reader is given by the caller.
 */

import { isHeadless } from '../actions/held-permission';
import type { SessionSight } from '../actions/pending-permissions';
import { throttle } from '../platform/throttle';
import { isWithin, leadOf } from '../rules/session-agents';
import type {
  ClaudeSession,
  ClaudeUsage,
  TranscriptFacts,
  TranscriptMark,
} from '../sources/claude-code/claude-session';
import type { FollowedSession, TranscriptsStatus } from '../sources/claude-code/transcripts';
import { projectFolders } from '../sources/claude-code/worktrees';
import { type ReaderStatus, statusAfter } from '../sources/source-status';
import { type ClaudeFacts, type HookFacts, NO_CLAUDE_FACTS, type PaneTeammate } from './claude-agents';
import type {
  AgentUsage,
  ClaudeReaders,
  HooksSource,
  TeamsSource,
  TranscriptsSource,
  WatchSource,
} from './claude-sources';
import type { TeamMessages } from './team-messages';

interface Options {
  root: string;
  readers: ClaudeReaders;
  hooks: HooksSource | null;
  /** Takes what is known after each difference. */
  onFacts: (facts: ClaudeFacts) => void;
  /** Takes the status of the source whenever it differs. */
  onStatus: () => void;
  /** Takes usage, and how far the transcripts were read with it. */
  recordUsage: (rows: readonly AgentUsage[], marks: readonly TranscriptMark[]) => void | Promise<void>;
  /** Takes what members of teams wrote to each other, as it passes. */
  messages: Pick<TeamMessages, 'takeInbox' | 'takeTranscript'>;
  /** Takes how far the transcripts were read for the usage; null once they are read. */
  onProgress: (progress: { read_bytes: number; total_bytes: number } | null) => void;
  /** Takes why the files could not be read, null once they can. */
  onFault: (error: unknown) => void;
  /** Takes a sentence and the error when the thread of the transcripts died, and null when it works again. */
  onThreadFault: (thread: string, detail: string | null, error?: unknown) => void;
  /** Called when other processes have sessions: what was read about processes may be that of others. */
  onProcesses: () => void;
}

/** Worktrees are made and removed by hand. */
const FOLDERS_INTERVAL_MS = 5000;
/**
 * Twenty sessions at work write to their transcripts all the time, and each report describes all agents again. Whether
 * an agent works, waits or has ended comes from the session files, which are reported at once.
 */
const TRANSCRIPTS_INTERVAL_MS = 1000;
/** Facts of sessions that ended: a rename or `/clear` gives a new id. */
const MAX_TRANSCRIPTS = 1000;
/** Sessions whose agent is remembered: usage of one that ended may be read later. */
const MAX_KNOWN_SESSIONS = 10_000;
const LINE_TOO_LONG = 'an answer in a transcript is longer than 1 MB, so its tokens are not counted';
const LINE_NOT_JSON = 'a line of a transcript is no valid JSON';

/** Of a session whose files are not read. */
export const UNKNOWN_SESSION: SessionSight = { agent: null, foreign: false, headless: false };

export class ClaudeCode {
  readonly #options: Options;
  readonly #watch: WatchSource;
  readonly #teams: TeamsSource;
  #transcripts: TranscriptsSource | null = null;
  /** How often reading transcripts was begun. */
  #begun = 0;
  #facts: ClaudeFacts = NO_CLAUDE_FACTS;
  /** What the transcripts say, by session id; a part of the facts from the next report on. */
  #transcriptFacts: ReadonlyMap<string, TranscriptFacts> = NO_CLAUDE_FACTS.transcripts;
  readonly #reportTranscripts: ReturnType<typeof throttle>;
  /** The root and its worktrees as they were read last. */
  #folders: readonly string[] = [];
  #foldersAt = Number.NEGATIVE_INFINITY;
  #status: { parts: readonly ReaderStatus[]; joined: ReaderStatus };
  #followed: { sessions: readonly FollowedSession[]; teams: readonly string[] } = { sessions: [], teams: [] };
  /** Agents by session id, for rows of usage; the one shown last is last. */
  readonly #agents = new Map<string, string>();
  #teammates: readonly PaneTeammate[] = [];
  #processes = '';
  #transcriptStatus: ReaderStatus = { state: 'ok', reason: null, since: Date.now(), keptFrom: null, skipped: [] };
  #reportedStatus: ReaderStatus | null = null;
  /** The readers that have thrown. */
  readonly #failed = new Set<string>();
  #stopped = false;

  /** Begins to watch; nothing is read before `reconcile`. */
  constructor(options: Options) {
    this.#options = options;
    const { readers, messages } = options;
    this.#teams = readers.teams((message) => messages.takeInbox(message));
    this.#watch = readers.watch((kind, names) => {
      void (kind === 'sessions' ? this.#readSessions(names) : this.#readTeams());
    });
    options.hooks?.onChange(() => this.#takeHooks());
    const report = () => this.#report({});
    this.#reportTranscripts = throttle(report, () => TRANSCRIPTS_INTERVAL_MS, options.onFault);
    this.#status = this.#joinStatus();
  }

  /** The same object while nothing in it changes. */
  get status(): ReaderStatus {
    const { sessions } = this.#options.readers;
    const [first, second, third, fourth] = this.#status.parts;
    const isSame =
      first === sessions.status &&
      second === this.#teams.status &&
      third === this.#watch.status &&
      fourth === this.#transcriptStatus;
    if (!isSame) this.#status = this.#joinStatus();
    return this.#status.joined;
  }

  #joinStatus(): { parts: readonly ReaderStatus[]; joined: ReaderStatus } {
    const { sessions, joinStatus } = this.#options.readers;
    const others = [this.#teams.status, this.#watch.status, this.#transcriptStatus];
    return { parts: [sessions.status, ...others], joined: joinStatus(sessions.status, ...others) };
  }

  /** Once a second: reads everything again, and the worktrees from time to time. */
  async reconcile(now: number): Promise<void> {
    if (this.#stopped) return;
    if (Math.abs(now - this.#foldersAt) >= FOLDERS_INTERVAL_MS) {
      this.#foldersAt = now;
      const folders = projectFolders(this.#options.root);
      if (folders.join('\n') !== this.#folders.join('\n')) this.#folders = folders;
    }
    this.#watch.reconcile();
    this.#transcripts?.refresh();
    await Promise.all([this.#readSessions(null), this.#readTeams()]);
    this.#compareHooks();
  }

  /**
   * Begins to read transcripts; again if another history was opened, which may know less of them.
   *
   * @param marks how far they were read before, as the history keeps it
   */
  beginTranscripts(marks: readonly TranscriptMark[]): void {
    const { readers, messages, recordUsage, onProgress, onThreadFault } = this.#options;
    if (this.#stopped) return;
    if (this.#transcripts) {
      void this.#transcripts.stop();
      onProgress(null);
    }
    const begun = ++this.#begun;
    // What a replaced reader still says is read again by its successor. Its marks would hide what was not recorded.
    const ifCurrent =
      <Given extends unknown[]>(take: (...given: Given) => void | Promise<void>) =>
      (...given: Given) =>
        begun === this.#begun ? take(...given) : undefined;
    this.#transcripts =
      readers.transcripts?.(marks, {
        onFacts: ifCurrent((facts) => this.#takeTranscripts(facts)),
        onMessages: ifCurrent((found) => messages.takeTranscript(found)),
        onUsage: ifCurrent((rows, read) =>
          recordUsage(
            rows.map((row) => this.#withAgent(row)),
            read,
          ),
        ),
        onProgress: ifCurrent(onProgress),
        onStatus: ifCurrent((found) => this.#noteTranscripts(found)),
        onFault: onThreadFault,
      }) ?? null;
    this.#followTranscripts();
  }

  /** @returns what is known of a session by its id */
  sight(sessionId: string): SessionSight {
    const agent = this.#agents.get(sessionId) ?? null;
    const session = this.#facts.sessions.find((one) => one.sessionId === sessionId);
    if (session === undefined) return { ...UNKNOWN_SESSION, agent };
    // Before the folders were read, nothing is known of where a session belongs.
    const foreign = agent === null && this.#folders.length > 0 && !isWithin(session, this.#folders);
    return { agent, foreign, headless: isHeadless(session) };
  }

  /** Follows the transcripts of the sessions that are shown now, and of their teammates. */
  follow(shown: Iterable<{ session: ClaudeSession; agent: string }>, teammates: readonly PaneTeammate[] = []): void {
    const sessions: FollowedSession[] = [];
    const leads = new Map<ClaudeSession, string>();
    for (const { session, agent } of shown) {
      leads.set(session, agent);
      if (session.sessionId === null) continue;
      sessions.push({ sessionId: session.sessionId, cwd: session.cwd });
      this.#noteAgent(session.sessionId, agent);
    }
    this.#teammates = teammates;
    const led = this.#facts.teams
      .filter((team) => leadOf(team, leads) !== null)
      .map(({ name, folder }) => name ?? folder);
    const followed = { sessions, teams: [...new Set([...led, ...teammates.map(({ team }) => team)])] };
    if (JSON.stringify(followed) === JSON.stringify(this.#followed)) return;
    this.#followed = followed;
    this.#followTranscripts();
  }

  #followTranscripts(): void {
    this.#transcripts?.follow(this.#followed.sessions, this.#followed.teams);
  }

  #noteAgent(sessionId: string, agent: string): void {
    this.#agents.delete(sessionId);
    this.#agents.set(sessionId, agent);
    for (const oldest of this.#agents.keys()) {
      if (this.#agents.size <= MAX_KNOWN_SESSIONS) break;
      this.#agents.delete(oldest);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#reportTranscripts.stop();
    await Promise.all([this.#watch.close(), this.#transcripts?.stop()]);
  }

  /** Calls of one reader follow each other by themselves. */
  async #readSessions(names: ReadonlySet<string> | null): Promise<void> {
    await this.#read('sessions', () => this.#options.readers.sessions.refresh(names));
  }

  async #readTeams(): Promise<void> {
    await this.#read('teams', () => this.#teams.refresh());
  }

  async #read(what: string, refresh: () => Promise<unknown>): Promise<void> {
    const { onFault, onStatus } = this.#options;
    try {
      await refresh();
      if (this.#stopped) return;
      this.#take();
      const { status } = this;
      if (status !== this.#reportedStatus) onStatus();
      this.#reportedStatus = status;
      if (this.#failed.delete(what) && this.#failed.size === 0) onFault(null);
    } catch (error) {
      this.#failed.add(what);
      onFault(error);
    }
  }

  /** Reports what the readers have, if anything of it differs. */
  #take(): void {
    const { sessions, status } = this.#options.readers.sessions;
    const { teams, tasks, taskLists } = this.#teams;
    const folders = this.#folders;
    const unread = unreadReason(status);
    const { keptFrom } = status;
    const last = this.#facts;
    const areSame = sessions === last.sessions && teams === last.teams && folders === last.folders;
    const haveSameTasks = tasks === last.tasks && taskLists === last.taskLists;
    if (areSame && haveSameTasks && unread === last.unread && keptFrom === last.keptFrom) return;
    if (sessions !== last.sessions) {
      this.#noteProcesses(sessions);
      this.#compareHooks();
    }
    this.#report({ sessions, teams, tasks, taskLists, folders, unread, keptFrom, hooks: this.#hooksOf(sessions) });
  }

  #report(part: Partial<ClaudeFacts>): void {
    this.#facts = { ...this.#facts, transcripts: this.#transcriptFacts, ...part };
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
    const transcripts = new Map(this.#transcriptFacts);
    for (const one of facts) {
      transcripts.delete(one.sessionId);
      transcripts.set(one.sessionId, one);
      const mate = this.#teammates.find(({ team, name }) => team === one.teamName && name === one.agentName);
      if (mate && !this.#agents.has(one.sessionId)) this.#noteAgent(one.sessionId, mate.agent);
    }
    for (const [id] of transcripts) {
      if (transcripts.size <= MAX_TRANSCRIPTS) break;
      transcripts.delete(id);
    }
    this.#transcriptFacts = transcripts;
    this.#reportTranscripts.request();
  }

  #noteTranscripts({ faults, skipped: { tooLong, notJson } }: TranscriptsStatus): void {
    const found = faults.length === 0 ? ({ state: 'ok', reason: null } as const) : degraded(faults);
    const counts = { [LINE_TOO_LONG]: tooLong, [LINE_NOT_JSON]: notJson };
    const skipped = Object.entries(counts).flatMap(([reason, count]) =>
      count === 0 ? [] : [{ reason, count, last: null }],
    );
    this.#transcriptStatus = statusAfter(this.#transcriptStatus, { ...found, keptFrom: null, skipped }, Date.now());
    if (!this.#stopped) this.#options.onStatus();
  }

  #compareHooks(): void {
    const { hooks, readers } = this.#options;
    for (const session of readers.sessions.sessions) {
      // A killed session leaves its file behind, and the one that resumed it has the same id.
      if (session.alive !== false) hooks?.compare(session);
    }
  }

  #takeHooks(): void {
    if (!this.#stopped) this.#report({ hooks: this.#hooksOf(this.#facts.sessions) });
  }

  #hooksOf(sessions: readonly ClaudeSession[]): ReadonlyMap<string, HookFacts> {
    const { hooks } = this.#options;
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

function degraded(faults: readonly string[]): Pick<ReaderStatus, 'state' | 'reason'> {
  return { state: 'degraded', reason: faults.join(' ') };
}

/** @returns why nothing is known of sessions, a sentence; null where they are read */
function unreadReason({ state, reason }: ReaderStatus): string | null {
  return state === 'ok' || state === 'degraded' ? null : (reason ?? 'The sessions of Claude Code can’t be read.');
}
