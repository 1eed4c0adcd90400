/**
 * Follows the transcripts of the sessions that are shown, and counts the usage of those that were. Synchronous and in
 * steps of a few milliseconds: runs in a thread of its own.
 */
import { join, normalize, sep } from 'node:path';
import type { AgentMessage, ClaudeUsage, TeammateFacts, TranscriptFacts, TranscriptMark } from './claude-session';
import { KnownIds } from './known-ids';
import { FactsReader } from './transcript-facts';
import { type FileSink, TranscriptFile } from './transcript-file';
import { findTranscript, folderFault } from './transcript-path';
import { SubagentsReader } from './transcript-subagents';
import { TeammatesFinder } from './transcript-teammates';

const SLICE_BYTES = 1024 * 1024;
const FIRST_LOOK_BYTES = 4 * 1024 * 1024;
const FOLDER_INTERVAL_MS = 1000;
const TEAMMATES_INTERVAL_MS = 4000;
/** All folders are searched for a transcript that is not where it should be, less and less often. */
const MAX_SEARCH_INTERVAL_MS = 60_000;
/** A place without new usage is only worth storing to save reading after a restart. */
const MARK_INTERVAL_MS = 10_000;
/** A session may have had hundreds of subagents; those that wrote nothing for a while are looked at less often. */
const QUIET_AFTER_MS = 60_000;
const QUIET_INTERVAL_MS = 8000;
const MAX_FAULTS = 10;

export interface FollowedSession {
  sessionId: string;
  /** The folder in which it started; null if it is not known. */
  cwd: string | null;
}

/** How many bytes of the transcripts were read for the usage. */
export interface TranscriptsProgress {
  read_bytes: number;
  total_bytes: number;
}

/** What could not be read. */
export interface TranscriptsStatus {
  skipped: { tooLong: number; notJson: number };
  /** A sentence for each file that can't be read, at most ten. */
  faults: readonly string[];
}

/** What was read since the last call of `drain()`. */
export interface TranscriptsNews {
  facts: TranscriptFacts[];
  usage: ClaudeUsage[];
  marks: TranscriptMark[];
  /** Messages of other agents; after a restart they may repeat. */
  messages: AgentMessage[];
  progress: TranscriptsProgress | null;
  status: TranscriptsStatus;
}

export interface TranscriptsOptions {
  /** Claude Code's own folder. */
  folder: string;
  /** Where earlier runs stopped. */
  marks: readonly TranscriptMark[];
  sliceBytes?: number;
  firstLookBytes?: number;
}

interface Session extends FollowedSession {
  file: TranscriptFile | null;
  subagents: SubagentsReader | null;
  searchAt: number;
  searchIntervalMs: number;
  changed: boolean;
}

const UNKNOWN_FILE: Omit<Session, keyof FollowedSession> = {
  file: null,
  subagents: null,
  searchAt: 0,
  searchIntervalMs: FOLDER_INTERVAL_MS,
  changed: false,
};

export class Transcripts {
  readonly #options: Required<TranscriptsOptions>;
  readonly #marks: Map<string, TranscriptMark>;
  readonly #ids = new KnownIds();
  readonly #files = new Map<string, TranscriptFile>();
  readonly #sessions = new Map<string, Session>();
  /** Files to read, the ones written last at the end. */
  #queue: TranscriptFile[] = [];
  #foldersAt = 0;
  #folderFault: { path: string; fault: string } | null = null;
  #quietAt = 0;
  #shown: readonly FollowedSession[] = [];
  #teams: ReadonlySet<string> = new Set();
  readonly #teammates = new TeammatesFinder();
  #teammatesAt = 0;
  #marksAt = 0;
  readonly #moved = new Set<TranscriptFile>();
  #usage: ClaudeUsage[] = [];
  readonly #skipped = { tooLong: 0, notJson: 0 };

  constructor(options: TranscriptsOptions) {
    this.#options = { sliceBytes: SLICE_BYTES, firstLookBytes: FIRST_LOOK_BYTES, ...options };
    this.#marks = new Map(options.marks.map((mark) => [mark.file, mark]));
    // What a session wrote while nobody followed it is counted too, even if it has ended since.
    const projects = `${join(options.folder, 'projects')}${sep}`;
    for (const { file: path, offset } of options.marks) {
      // Claude Code's folder was another one then.
      if (!normalize(path).startsWith(projects)) continue;
      const file = this.#open(path);
      if (!file.look() || file.size === offset) this.#files.delete(path);
    }
  }

  /**
   * Sets which sessions are shown, and the teams whose members in panes of their own are followed too. The usage of
   * others is read up to the current end of their files.
   */
  follow(sessions: readonly FollowedSession[], teams: readonly string[], now: number): void {
    this.#shown = sessions;
    this.#teams = new Set(teams);
    this.#setSessions(sessions, now);
    this.#foldersAt = 0;
    this.#teammatesAt = 0;
  }

  #setSessions(sessions: readonly FollowedSession[], now: number): void {
    const wanted = new Map(sessions.map((session) => [session.sessionId, session]));
    for (const [id, session] of this.#sessions) {
      if (wanted.has(id)) continue;
      this.#lookInFolder(session, now);
      this.#unfollow(session);
      this.#sessions.delete(id);
    }
    for (const [id, { sessionId, cwd }] of wanted) {
      const known = this.#sessions.get(id);
      if (known) known.cwd = cwd;
      else this.#sessions.set(id, { ...UNKNOWN_FILE, sessionId, cwd });
    }
  }

  #unfollow({ file, subagents }: Session): void {
    file?.unfollow();
    for (const path of subagents?.paths ?? []) this.#files.get(path)?.unfollow();
  }

  #findTeammates(now: number): void {
    this.#teammatesAt = now + TEAMMATES_INTERVAL_MS;
    if (this.#teams.size === 0) return;
    const shown = this.#shown.flatMap((one) => this.#sessions.get(one.sessionId) ?? []);
    const transcripts = shown.flatMap(({ file }) => file?.path ?? []);
    const found = this.#teammates.find(transcripts, (team) => this.#teams.has(team), Date.now());
    const cwd = shown[0]?.cwd ?? null;
    const teammates = found.filter((id) => !shown.some(({ sessionId }) => sessionId === id));
    this.#setSessions([...this.#shown, ...teammates.map((sessionId) => ({ sessionId, cwd }))], now);
    for (const id of teammates) {
      const session = this.#sessions.get(id);
      if (session) this.#lookInFolder(session, now);
    }
  }

  /**
   * Asks the file system what has changed.
   *
   * @param now milliseconds of any steady clock
   * @returns whether `step()` has something to read
   */
  poll(now: number): boolean {
    if (now >= this.#foldersAt) this.#lookInFolders(now);
    if (now >= this.#teammatesAt) this.#findTeammates(now);
    const wall = Date.now();
    const all = now >= this.#quietAt;
    if (all) this.#quietAt = now + QUIET_INTERVAL_MS;
    for (const file of this.#files.values()) {
      const isQuiet = file.subagentId !== null && file.facts === null && wall - file.writtenAt > QUIET_AFTER_MS;
      if (!all && isQuiet && file.mark) continue;
      // What is no longer shown is read to its end once.
      if (!file.look() && !this.#sessions.has(file.sessionId)) this.#forget(file);
    }
    this.#queue = [...this.#files.values()].filter(({ pending }) => pending);
    // A session first, then what was written last.
    this.#queue.sort((a, b) => Number(isUrgent(a)) - Number(isUrgent(b)) || a.writtenAt - b.writtenAt);
    return this.#queue.length > 0;
  }

  /** Reads the next slice. @returns whether there is more */
  step(): boolean {
    const file = this.#queue.at(-1);
    if (!file) return false;
    const { offset } = file;
    const ended = file.read(this.#options.sliceBytes, this.#options.firstLookBytes);
    if (file.offset !== offset) this.#moved.add(file);
    const session = this.#sessions.get(file.sessionId);
    if (session && file.facts) session.changed = true;
    this.#queue.pop();
    // Behind the ones whose state is not known yet, before older ones.
    if (!ended) this.#queue.splice(this.#queue.findLastIndex((other) => !isUrgent(other)) + 1, 0, file);
    return this.#queue.length > 0;
  }

  /** @returns what was read since the last call, to be committed together */
  drain(now: number, stopping = false): TranscriptsNews {
    const usage = this.#usage;
    this.#usage = [];
    const store = stopping || usage.length > 0 || now >= this.#marksAt + MARK_INTERVAL_MS;
    const marks = store ? [...this.#moved].flatMap(({ mark }) => mark ?? []) : [];
    if (store) {
      this.#marksAt = now;
      this.#moved.clear();
    }
    const status = { skipped: { ...this.#skipped }, faults: this.#faults() };
    const messages = this.#takeMessages();
    return { facts: this.#changedFacts(), usage, marks, messages, progress: this.#progress(), status };
  }

  #lookInFolders(now: number): void {
    this.#foldersAt = now + FOLDER_INTERVAL_MS;
    for (const session of this.#sessions.values()) this.#lookInFolder(session, now);
    const path = join(this.#options.folder, 'projects');
    const missing = [...this.#sessions.values()].some(({ file }) => file === null);
    const fault = missing ? folderFault(path) : null;
    this.#folderFault = fault === null ? null : { path, fault };
  }

  #lookInFolder(session: Session, now: number): void {
    if (!session.file && !this.#find(session, now)) return;
    if (session.subagents?.refresh(Date.now())) session.changed = true;
    for (const path of session.subagents?.paths ?? []) this.#open(path);
    for (const { path } of session.subagents?.teammates() ?? []) {
      const file = this.#open(path);
      if (file.facts === null) file.follow(new FactsReader(true));
    }
  }

  #find(session: Session, now: number): boolean {
    const everywhere = now >= session.searchAt;
    if (everywhere) {
      session.searchAt = now + session.searchIntervalMs;
      session.searchIntervalMs = Math.min(2 * session.searchIntervalMs, MAX_SEARCH_INTERVAL_MS);
    }
    const path = findTranscript(this.#options.folder, session, everywhere);
    if (path === null) return false;
    session.file = this.#open(path);
    session.file.follow(new FactsReader());
    session.subagents = new SubagentsReader(path);
    return true;
  }

  #open(path: string): TranscriptFile {
    const known = this.#files.get(path);
    if (known) return known;
    const file = new TranscriptFile(path, this.#marks.get(path) ?? null, this.#sink);
    this.#files.set(path, file);
    return file;
  }

  /** Its mark is kept, in case its session is shown again. */
  #forget(file: TranscriptFile): void {
    const { mark } = file;
    if (mark) this.#marks.set(file.path, mark);
    this.#files.delete(file.path);
  }

  readonly #sink: FileSink = {
    usage: (row) => {
      if (this.#ids.add(row.messageId)) this.#usage.push(row);
    },
    counted: (messageId) => this.#ids.add(messageId),
    skipped: (reason) => {
      this.#skipped[reason === 'not JSON' ? 'notJson' : 'tooLong'] += 1;
    },
  };

  #takeMessages(): AgentMessage[] {
    return [...this.#sessions.values()].flatMap(({ sessionId, file }) =>
      (file?.facts?.takeMessages() ?? []).map((message) => ({ sessionId, ...message })),
    );
  }

  #changedFacts(): TranscriptFacts[] {
    const facts: TranscriptFacts[] = [];
    for (const session of this.#sessions.values()) {
      if (!session.changed || !session.file?.current) continue;
      session.changed = false;
      const read = session.file.facts?.facts(session.sessionId, session.subagents?.list ?? []);
      if (read) facts.push({ ...read, teammates: this.#teammatesIn(session) });
    }
    return facts;
  }

  #teammatesIn({ sessionId, subagents }: Session): TeammateFacts[] {
    return [...(subagents?.teammates() ?? [])].flatMap(({ name, path }) => {
      const file = this.#files.get(path);
      if (!file?.current || !file.facts) return [];
      const { ended, newestAt } = file.facts.turn;
      return [{ ...file.facts.facts(sessionId, []), agentName: name, turnEnded: ended, newestAt }];
    });
  }

  #progress(): TranscriptsProgress | null {
    if (this.#queue.length === 0) return null;
    const files = [...this.#files.values()];
    const total = files.reduce((sum, { size }) => sum + size, 0);
    const read = files.reduce((sum, { size, offset }) => sum + Math.min(size, offset), 0);
    return { read_bytes: read, total_bytes: total };
  }

  #faults(): string[] {
    const unreadable = [...this.#files.values()].flatMap(({ path, fault }) =>
      fault === null ? [] : [{ path, fault }],
    );
    if (this.#folderFault) unreadable.unshift(this.#folderFault);
    return unreadable.slice(0, MAX_FAULTS).map(({ path, fault }) => `${path} can't be read (${fault}).`);
  }
}

/** Whether it is not known yet what its session does. */
function isUrgent(file: TranscriptFile): boolean {
  return file.facts !== null && !file.current;
}
