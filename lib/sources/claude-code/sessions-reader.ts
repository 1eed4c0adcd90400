/** The sessions of Claude Code, `sessions/<pid>.json`: each with what its file said last and whether it runs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { formatInstant } from '../../contract/instant';
import { RefreshQueue } from '../refresh-queue';
import type { SettledFileOptions } from '../settled-file';
import { SettledFolder } from '../settled-folder';
import { countSkipped, type ReaderStatus, statusAfter } from '../source-status';
import { CLAUDE_CODE_OFF, type ClaudeFolderState, claudeFolderState, SESSIONS_FOLDER } from './claude-folder';
import type { ClaudeSession } from './claude-session';
import { MAX_SESSION_BYTES, parseSession, type SessionFile, sessionPid } from './session-file';
import { isSessionAlive, ownPidDomain } from './session-process';

/** Killed sessions leave their files behind, so those of running processes are read first. */
const MAX_SESSIONS = 500;

export interface SessionsOptions extends SettledFileOptions {
  /** The folder of Claude Code, absolute; null if nothing of it is to be read. */
  folder: string | null;
  /** `/proc` except in tests. */
  proc?: string;
  /** The system and pid namespace in which pids count; the own one except in tests. */
  domain?: string | null;
  /** Whose folder may be read; the own user except in tests, null on systems without users. */
  user?: number | null;
}

export class SessionsReader {
  status: ReaderStatus;
  /**
   * By pid, also those whose process has ended (`alive` is false). They stay while the folder can't be read: `status`
   * says so. A new list after a change.
   */
  sessions: readonly ClaudeSession[] = [];

  readonly #options: SessionsOptions;
  readonly #now: () => number;
  readonly #proc: string;
  readonly #domain: string | null;
  readonly #files: SettledFolder<SessionFile>;
  /** The session made from a content; the same object while neither changed. */
  readonly #made = new Map<number, { content: SessionFile; session: ClaudeSession }>();
  #readAt: number | null = null;
  #found: ClaudeFolderState = { state: 'ok', reason: null };
  readonly #queue = new RefreshQueue((names) => this.#refresh(names));

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#proc = options.proc ?? '/proc';
    this.#domain = options.domain === undefined ? ownPidDomain(this.#proc) : options.domain;
    const kind = {
      followLinks: true,
      accepts: (name: string) => sessionPid(name) !== null,
      maxFiles: MAX_SESSIONS,
      limitBytes: MAX_SESSION_BYTES,
      parse: (bytes: Buffer, name: string) => parseSession(bytes, sessionPid(name) as number),
      order: (names: string[]) => this.#runningFirst(names),
    };
    this.#files = new SettledFolder(join(options.folder ?? '', SESSIONS_FOLDER), kind, options);
    const unread = { state: 'missing', reason: "Claude Code's sessions have not been read yet." } as const;
    this.status = { ...unread, since: this.#now(), keptFrom: null, skipped: [] };
  }

  /**
   * Reads the sessions that changed, and looks which of them run. Never throws. Calls follow each other; those that wait
   * are answered together.
   *
   * @param names of files in `sessions/` that may have changed; null for all. Only a refresh of all notices new states
   *   of the folder and processes that ended: call it at least once a second.
   * @returns whether `sessions` or `status` changed
   */
  refresh(names: ReadonlySet<string> | null = null): Promise<boolean> {
    return this.#queue.request(names);
  }

  async #refresh(names: ReadonlySet<string> | null): Promise<boolean> {
    const { folder, user } = this.#options;
    if (folder === null) return this.#setStatus({ ...CLAUDE_CODE_OFF, keptFrom: null, skipped: [] });
    const found = names === null ? await claudeFolderState(folder, user) : this.#found;
    this.#found = found;
    if (found.state === 'ok') await this.#files.refresh(names);
    const changed = this.#take(names);
    return this.#updateStatus(join(folder, SESSIONS_FOLDER), found) || changed;
  }

  /** @returns whether a session changed */
  #take(names: ReadonlySet<string> | null): boolean {
    const sessions: ClaudeSession[] = [];
    for (const [name, { content, fault, goodAt }] of this.#files.files) {
      if (content === null) continue;
      const known = this.#made.get(content.pid);
      // A process that has ended stays so; its pid with another start is another process.
      const isSettled = known?.content === content && known.session.alive === false;
      const isLooked = !isSettled && (names === null || names.has(name) || !known);
      const alive = isLooked ? isSessionAlive(content, this.#domain, this.#proc) : (known?.session.alive ?? null);
      const keptFrom = fault === null ? null : goodAt;
      if (known && known.content === content && known.session.alive === alive && known.session.keptFrom === keptFrom) {
        sessions.push(known.session);
        continue;
      }
      const { pidDomain: _, ...fields } = content;
      const session = { ...fields, alive, keptFrom };
      this.#made.set(content.pid, { content, session });
      sessions.push(session);
    }
    sessions.sort((a, b) => a.pid - b.pid);
    if (sameItems(sessions, this.sessions)) return false;
    const pids = new Set(sessions.map(({ pid }) => pid));
    for (const pid of this.#made.keys()) if (!pids.has(pid)) this.#made.delete(pid);
    this.sessions = sessions;
    return true;
  }

  #updateStatus(path: string, found: ClaudeFolderState): boolean {
    if (found.state !== 'ok') return this.#setUnread(found);
    const { state } = this.#files;
    if (state.kind === 'ok') return this.#setRead();
    if (state.kind === 'fault') return this.#setUnread({ state: 'unreadable', reason: `${path} ${state.fault}.` });
    return this.#setUnread({ state: 'missing', reason: `There is no ${path}: no session has written its state yet.` });
  }

  #setRead(): boolean {
    const { faults, beyond } = this.#files;
    const skipped = faults.map(([fault, name]): [string, string] => [`a session's file ${fault}`, name]);
    const left =
      beyond === 0 ? [] : [{ reason: `beyond the first ${MAX_SESSIONS} sessions`, count: beyond, last: null }];
    this.#readAt = this.#now();
    return this.#setStatus({ state: 'ok', reason: null, keptFrom: null, skipped: [...countSkipped(skipped), ...left] });
  }

  #setUnread({ state, reason }: ClaudeFolderState): boolean {
    const keptFrom = this.sessions.some(({ alive }) => alive !== false) ? this.#readAt : null;
    const kept = keptFrom === null ? '' : ` Its sessions are shown as they were at ${formatInstant(keptFrom)}.`;
    return this.#setStatus({ state, reason: `${reason}${kept}`, keptFrom, skipped: [] });
  }

  #setStatus(found: Omit<ReaderStatus, 'since'>): boolean {
    const status = statusAfter(this.status, found, this.#now());
    const changed = status !== this.status;
    this.status = status;
    return changed;
  }

  #runningFirst(names: string[]): string[] {
    const runs = (name: string) => existsSync(join(this.#proc, String(sessionPid(name))));
    return [...names.filter(runs), ...names.filter((name) => !runs(name))];
  }
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
