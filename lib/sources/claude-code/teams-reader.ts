/** The agent teams of Claude Code, their messages as they pass through inboxes, and the tasks of sessions. */
import { join } from 'node:path';
import { RefreshQueue } from '../refresh-queue';
import { SettledFile, type SettledFileOptions } from '../settled-file';
import { FolderNames, type FolderState, SettledFolder } from '../settled-folder';
import { countSkipped, type ReaderStatus, statusAfter } from '../source-status';
import { CLAUDE_CODE_OFF, claudeFolderState, TASKS_FOLDER, TEAMS_FOLDER } from './claude-folder';
import type { ClaudeInboxMessage, ClaudeSession, ClaudeTask, ClaudeTeam } from './claude-session';
import { TaskLists } from './task-lists';
import { INBOXES, isTeamFolder, MAX_TEAM_BYTES, parseTeam, type WaitingMessage } from './team-files';

/** Killed sessions leave their teams behind. */
const MAX_TEAMS = 200;
/** A message is in its inbox for at most some minutes; after so many others it would be taken for a new one. */
const MAX_KNOWN_MESSAGES = 50_000;
const JSON_ENDING = '.json';

export interface TeamsOptions extends SettledFileOptions {
  /** The folder of Claude Code, absolute; null if nothing of it is to be read. */
  folder: string | null;
  /** Called once for each message that is found in an inbox, during `refresh`. After a restart messages may repeat. */
  onMessage: (message: ClaudeInboxMessage) => void;
  /** Names of further task lists to read, besides those of the teams: a session's is `session-<8 of its first id>`. */
  lists?: () => Iterable<string>;
  /** Whose folder may be read; the own user except in tests, null on systems without users. */
  user?: number | null;
}

/** The files of one team. */
interface TeamFolder {
  config: SettledFile<ClaudeTeam>;
  inboxes: SettledFolder<readonly WaitingMessage[]>;
}

export class TeamsReader {
  /** Of teams and tasks; whether the folder of Claude Code may be read at all is the status of the sessions. */
  status: ReaderStatus;
  /** By the name of their folder; a new list after a change. */
  teams: readonly ClaudeTeam[] = [];

  readonly #options: TeamsOptions;
  readonly #now: () => number;
  readonly #root: string;
  readonly #names: FolderNames;
  readonly #folders = new Map<string, TeamFolder>();
  readonly #lists: TaskLists;
  /** Keys of the messages that were handed out, the newest last. */
  readonly #known = new Set<string>();
  #beyond = 0;
  readonly #queue = new RefreshQueue(() => this.#refresh());

  constructor(options: TeamsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const root = options.folder ?? '';
    this.#root = join(root, TEAMS_FOLDER);
    const accepts = (name: string, isFolder: boolean) => isFolder && isTeamFolder(name);
    this.#names = new FolderNames(this.#root, accepts, { followLinks: true, now: options.now });
    this.#lists = new TaskLists(join(root, TASKS_FOLDER), options);
    const known = options.folder === null ? CLAUDE_CODE_OFF : ({ state: 'ok', reason: null } as const);
    this.status = { ...known, since: this.#now(), keptFrom: null, skipped: [] };
  }

  /** The tasks of all teams and of the lists that were asked for; a new list after a change. */
  get tasks(): readonly ClaudeTask[] {
    return this.#lists.tasks;
  }

  /** The list that contains the tasks of a team or session, by the name that was asked for. */
  get taskLists(): ReadonlyMap<string, string> {
    return this.#lists.links;
  }

  /**
   * Reads what changed. Never throws. Calls follow each other. Call it at every hint: a message stays in its inbox for
   * 0.3 s at the least.
   *
   * @returns whether `teams`, `tasks`, `taskLists` or `status` changed
   */
  refresh(): Promise<boolean> {
    return this.#queue.request(null);
  }

  async #refresh(): Promise<boolean> {
    const { folder, user } = this.#options;
    if (folder === null) return false;
    // The folder of another user: the sessions say so.
    if ((await claudeFolderState(folder, user)).state === 'unreadable') return false;
    if (await this.#names.refresh()) this.#takeNames();
    const readings = await Promise.all([...this.#folders].map(([name, folder]) => this.#readTeam(name, folder)));
    const inTeams = readings.includes(true);
    const teams = [...this.#folders.values()].flatMap(({ config }) => config.content ?? []);
    const changed = inTeams || teams.length !== this.teams.length || teams.some((team, at) => team !== this.teams[at]);
    if (changed) this.teams = teams;
    const lists = [...this.#folders.keys(), ...(this.#options.lists?.() ?? [])];
    const inTasks = await this.#lists.refresh(lists);
    return this.#updateStatus() || changed || inTasks;
  }

  #takeNames(): void {
    if (this.#names.state.kind === 'missing') this.#folders.clear();
    if (this.#names.state.kind !== 'ok') return;
    const names = [...this.#names.names].sort();
    const kept = new Set(names.slice(0, MAX_TEAMS));
    this.#beyond = names.length - kept.size;
    for (const name of this.#folders.keys()) if (!kept.has(name)) this.#folders.delete(name);
    for (const name of kept) {
      if (this.#folders.has(name)) continue;
      const path = join(this.#root, name);
      const parse = (bytes: Buffer) => parseTeam(bytes, name);
      this.#folders.set(name, {
        config: new SettledFile(join(path, 'config.json'), MAX_TEAM_BYTES, parse, this.#options),
        inboxes: new SettledFolder(join(path, 'inboxes'), INBOXES, this.#options),
      });
    }
  }

  /** @returns whether the team changed */
  async #readTeam(name: string, folder: TeamFolder): Promise<boolean> {
    // Messages first: they pass.
    if (await folder.inboxes.refresh()) this.#handOut(name, folder.inboxes);
    const reading = await folder.config.refresh();
    // Its folder was renamed or removed since it was listed.
    if (reading === 'gone' && folder.config.content !== null) this.#folders.delete(name);
    return reading === 'changed';
  }

  #handOut(team: string, { files }: SettledFolder<readonly WaitingMessage[]>): void {
    for (const [file, { content }] of files) {
      const to = file.slice(0, -JSON_ENDING.length);
      for (const { key, message } of content ?? []) {
        const known = JSON.stringify([team, to, key]);
        // A message that is still there is among the newest, so that it is not forgotten.
        if (!this.#known.delete(known)) this.#options.onMessage({ team, to, ...message });
        this.#known.add(known);
      }
    }
    for (const oldest of this.#known) {
      if (this.#known.size <= MAX_KNOWN_MESSAGES) break;
      this.#known.delete(oldest);
    }
  }

  #updateStatus(): boolean {
    const skipped = countSkipped(this.#faults());
    const beyond = this.#beyond + this.#lists.beyond;
    if (beyond > 0)
      skipped.push({ reason: `beyond the first ${MAX_TEAMS} teams or 500 tasks of a list`, count: beyond, last: null });
    const status = statusAfter(
      this.status,
      { ...this.#state(this.#names.state), keptFrom: null, skipped },
      this.#now(),
    );
    const changed = status !== this.status;
    this.status = status;
    return changed;
  }

  /** Most sessions belong to no team, so no folder of teams is as good as an empty one. */
  #state(state: FolderState): Pick<ReaderStatus, 'state' | 'reason'> {
    if (state.kind !== 'fault') return { state: 'ok', reason: null };
    return { state: 'unreadable', reason: `${this.#root} ${state.fault}; its last readable teams are shown.` };
  }

  *#faults(): Generator<[reason: string, place: string]> {
    for (const [name, { config, inboxes }] of this.#folders) {
      if (config.fault !== null) yield [`a team's file ${config.fault}`, `${name}/config.json`];
      for (const [fault, file] of inboxes.faults) yield [`an inbox ${fault}`, `${name}/inboxes/${file}`];
    }
    yield* this.#lists.faults;
  }
}

/**
 * Finds the team that a session leads. Its process decides, since after `/clear` the team keeps the session's first id.
 *
 * @returns null if it leads none, or if several teams name its process and none its id
 */
export function teamOfSession(
  teams: readonly ClaudeTeam[],
  { pid, procStart, sessionId }: Pick<ClaudeSession, 'pid' | 'procStart' | 'sessionId'>,
): ClaudeTeam | null {
  if (procStart === null) return null;
  const led = teams.filter(({ leadProcess }) => leadProcess?.pid === pid && leadProcess.procStart === procStart);
  if (led.length === 1) return led[0] ?? null;
  const named = led.filter(({ leadSessionId }) => leadSessionId !== null && leadSessionId === sessionId);
  return named.length === 1 ? (named[0] ?? null) : null;
}
