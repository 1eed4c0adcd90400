/**
 * Watches Claude Code's folder for hints where to read again: its sessions, its teams with their inboxes, and the tasks of
 * the teams. Hints may be wrong, late or missing. Nothing else of the folder is watched.
 */
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ReaderStatus, statusAfter } from '../source-status';
import { WatchedFolders, type WatchOptions } from '../watched-folders';
import { SESSIONS_FOLDER, TASKS_FOLDER, TEAMS_FOLDER } from './claude-folder';
import { sessionPid } from './session-file';
import { isTeamFolder } from './team-files';

/** What may have changed. */
export type ClaudeHint = 'sessions' | 'teams' | 'tasks';

/** Each takes three watches. The newest are watched; the others are found by regular reading. */
const MAX_WATCHED_TEAMS = 50;

export class ClaudeWatcher {
  status: ReaderStatus;

  readonly #root: string;
  readonly #onHint: (kind: ClaudeHint, names: ReadonlySet<string> | null) => void;
  readonly #now: () => number;
  readonly #folders: WatchedFolders;
  readonly #teams = new Set<string>();
  /** The state of the folder of teams when it was last listed; null if it is to be listed again. */
  #listed: string | null = null;
  /** Hints that wait for the end of the turn; for sessions the names of files, null for all. */
  #pending = new Map<ClaudeHint, Set<string> | null>();

  /**
   * Starts to watch.
   *
   * @param root the folder of Claude Code; it need not exist yet
   * @param onHint called up to once per turn of the event loop for each kind; `names` are files in `sessions/`, null
   *   for all of them and for other kinds
   */
  constructor(
    root: string,
    onHint: (kind: ClaudeHint, names: ReadonlySet<string> | null) => void,
    options: WatchOptions = {},
  ) {
    this.#root = root;
    this.#onHint = onHint;
    this.#now = options.now ?? Date.now;
    this.status = { state: 'ok', reason: null, since: this.#now(), keptFrom: null, skipped: [] };
    this.#folders = new WatchedFolders(() => this.#updateStatus(), options);
    this.#folders.add(join(root, SESSIONS_FOLDER), (name) => this.#sessionsChanged(name));
    this.#folders.add(join(root, TEAMS_FOLDER), (name) => this.#teamsChanged(name));
    this.reconcile();
  }

  /**
   * Watches folders that appeared or were created again, and drops those that are gone. Call it at least once a second.
   * Costs two `stat`, and three for each team.
   */
  reconcile(): void {
    if (this.#folders.closed) return;
    this.#followTeams();
    this.#folders.reconcile();
  }

  /** Ends every watch; no hint comes after this. */
  close(): Promise<void> {
    this.#pending.clear();
    return this.#folders.close();
  }

  #sessionsChanged(name: string | null): void {
    if (name === null) this.#add('sessions', null);
    else if (sessionPid(name) !== null) this.#add('sessions', name);
  }

  #teamsChanged(name: string | null): void {
    if (name !== null && !isTeamFolder(name)) return;
    this.#listed = null;
    this.#add('teams', null);
  }

  #teamChanged(name: string | null): void {
    if (name !== null && name !== 'config.json' && name !== 'inboxes') return;
    // A new folder of inboxes is to be watched before its first message has passed.
    if (name !== 'config.json') this.#listed = null;
    this.#add('teams', null);
  }

  #add(kind: ClaudeHint, name: string | null): void {
    if (this.#pending.size === 0) setImmediate(() => this.#deliver());
    const names = this.#pending.get(kind);
    if (name === null || names === null) this.#pending.set(kind, null);
    else this.#pending.set(kind, (names ?? new Set<string>()).add(name));
  }

  #deliver(): void {
    if (this.#folders.closed) return;
    const pending = this.#pending;
    this.#pending = new Map();
    if (pending.has('teams') && this.#listed === null) this.reconcile();
    for (const [kind, names] of pending) this.#onHint(kind, names);
  }

  /** Watches the teams that are there now. */
  #followTeams(): void {
    const path = join(this.#root, TEAMS_FOLDER);
    const state = folderState(path);
    if (state === this.#listed) return;
    this.#listed = state;
    const teams = new Set(newestTeams(path));
    for (const team of this.#teams) if (!teams.has(team)) this.#forget(team);
    for (const team of teams) if (!this.#teams.has(team)) this.#follow(team);
  }

  #follow(team: string): void {
    this.#teams.add(team);
    const [config, inboxes, tasks] = this.#foldersOf(team);
    const isFile = (name: string | null, ending = '.json') => name === null || name.endsWith(ending);
    this.#folders.add(config, (name) => this.#teamChanged(name));
    this.#folders.add(inboxes, (name) => isFile(name) && this.#add('teams', null));
    this.#folders.add(tasks, (name) => isFile(name) && this.#add('tasks', null));
  }

  #forget(team: string): void {
    this.#teams.delete(team);
    for (const folder of this.#foldersOf(team)) this.#folders.remove(folder);
  }

  #foldersOf(team: string): [config: string, inboxes: string, tasks: string] {
    const config = join(this.#root, TEAMS_FOLDER, team);
    return [config, join(config, 'inboxes'), join(this.#root, TASKS_FOLDER, team)];
  }

  #updateStatus(): void {
    const { faults } = this.#folders;
    const found =
      faults.length > 0
        ? { state: 'degraded' as const, reason: faults.slice(0, 3).join(' ') }
        : { state: 'ok' as const, reason: null };
    this.status = statusAfter(this.status, { ...found, keptFrom: null, skipped: [] }, this.#now());
  }
}

function folderState(path: string): string {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stats ? `${stats.dev}.${stats.ino}.${stats.mtimeNs}` : '';
  } catch {
    return '';
  }
}

/** @returns the names of the teams' folders, the newest of them where there are many */
function newestTeams(path: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch {
    return []; // reading the teams says why
  }
  const names = entries.filter((entry) => entry.isDirectory() && isTeamFolder(entry.name)).map(({ name }) => name);
  if (names.length <= MAX_WATCHED_TEAMS) return names;
  const changedAt = (name: string) => Number(folderState(join(path, name)).split('.')[2] ?? 0);
  const dated = names.map((name): [string, number] => [name, changedAt(name)]);
  return dated
    .sort((a, b) => b[1] - a[1])
    .slice(0, MAX_WATCHED_TEAMS)
    .map(([name]) => name);
}
