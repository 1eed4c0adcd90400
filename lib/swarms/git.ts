/** What git says of the folders in which the swarm's agents work; git runs only when somebody asks. */
import { readlink } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import type { AgentGitAnswer, GitAnswer, GitFolder } from '../contract/git-schemas';
import type { Agent } from '../contract/schemas';
import type { GitFacts } from '../rules/attention-facts';
import { GitFolders, type Located } from '../sources/git/git-folders';
import { gitRunner, type RunGit } from '../sources/git/run-git';

const MAX_FOLDERS = 50;

interface Options {
  root: string;
  /** The variables of the environment that git gets. */
  environment: Readonly<Record<string, string>>;
  agents: () => readonly Agent[];
  /** Called when git said something, or again, so that conclusions are drawn from it. */
  onRead: () => void;
  /** Instead of the program git. */
  run?: RunGit;
  /** `/proc` except in tests. */
  proc?: string;
}

/** Where an agent works, and who says so. */
interface Workplace {
  agent: Agent;
  folder: string;
  from: 'session' | 'process';
}

export class SwarmGit {
  readonly #options: Options;
  readonly #folders: GitFolders;
  readonly #stopping = new AbortController();
  /** What git said last, by the top of the worktree. */
  readonly #said = new Map<string, GitFolder>();
  #below = '';

  constructor(options: Options) {
    const { environment, run } = options;
    this.#options = options;
    this.#folders = new GitFolders(run ?? gitRunner({ environment, signal: this.#stopping.signal }));
  }

  /** What git said, for conclusions; it may be old. */
  get facts(): GitFacts {
    return { folders: [...this.#said.values()], below: this.#below };
  }

  /** @returns the folders of all agents; of one that was read within the last 10 s, what git said then */
  async answer(): Promise<GitAnswer> {
    const agents = this.#options.agents().filter(({ health }) => health !== 'moved');
    const places = await Promise.all(agents.map((agent) => this.#workplace(agent)));
    const known = places.flatMap((place) => place ?? []);
    const unknown = agents.filter((_agent, at) => places[at] === null).map(({ id }) => id);
    const { folders, left_off } = await this.#read(known);
    this.#keep(folders);
    return { folders, left_off, unknown };
  }

  /** @returns the folder of one agent; null if there is no such agent */
  async agentAnswer(id: string): Promise<AgentGitAnswer | null> {
    const agents = this.#options.agents();
    const agent = agents.find((one) => one.id === id);
    if (agent === undefined) return null;
    const place = await this.#workplace(agent);
    if (place === null) {
      const reason = 'Neither a session of Claude Code nor a process that the dashboard can see says where it works.';
      return { agent_id: id, folder: null, from: null, reason, git: null };
    }
    // Others in the same folder belong to the answer: who changed a file is not known then.
    const { folders } = await this.answer();
    const git = folders.find((folder) => folder.agents.some((one) => one.id === id)) ?? null;
    const reason = git === null ? 'More folders have agents than are read.' : null;
    return { agent_id: id, folder: place.folder, from: place.from, reason, git };
  }

  /** Ends what runs. */
  stop(): void {
    this.#stopping.abort();
  }

  async #workplace(agent: Agent): Promise<Workplace | null> {
    const { session, process, pid } = agent;
    if (session?.cwd && isAbsolute(session.cwd)) return { agent, folder: session.cwd, from: 'session' };
    // A number of a process on another host may be that of a foreign one here.
    const isSeen = process.state === 'running' || process.state === 'suspended' || process.state === 'exited';
    for (const one of isSeen ? [process.claude_pid, pid] : []) {
      const folder = await this.#folderOf(one);
      if (folder !== null) return { agent, folder, from: 'process' };
    }
    return null;
  }

  async #folderOf(pid: unknown): Promise<string | null> {
    if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0) return null;
    const folder = await readlink(`${this.#options.proc ?? '/proc'}/${pid}/cwd`).catch(() => null);
    return folder !== null && isAbsolute(folder) ? folder : null;
  }

  async #read(places: readonly Workplace[]): Promise<Pick<GitAnswer, 'folders' | 'left_off'>> {
    const root = await this.#folders.locate(this.#options.root);
    if (root.state === 'ok') this.#below = relative(root.top, this.#options.root);
    const located = new Map<string, Located>();
    const names = [...new Set(places.map(({ folder }) => folder))].slice(0, MAX_FOLDERS);
    await Promise.all(names.map(async (name) => located.set(name, await this.#folders.locate(name))));
    const groups = new Map<string, { found: Located; agents: GitFolder['agents'] }>();
    for (const { agent, folder } of places) {
      const found = located.get(folder);
      if (found === undefined) continue;
      const top = found.state === 'ok' ? found.top : folder;
      const group = groups.get(top) ?? { found, agents: [] };
      group.agents.push({ id: agent.id, folder });
      groups.set(top, group);
    }
    const read = [...groups].map(async ([top, { found, agents }]): Promise<GitFolder> => {
      return { top, agents, place: placeOf(found, root), ...(await this.#folders.read(top, found)) };
    });
    const folders = await Promise.all(read);
    const left_off = new Set(places.map(({ folder }) => folder)).size - names.length;
    return { folders: folders.sort((one, other) => (one.top < other.top ? -1 : 1)), left_off };
  }

  #keep(folders: readonly GitFolder[]): void {
    this.#said.clear();
    for (const folder of folders) this.#said.set(folder.top, folder);
    this.#options.onRead();
  }
}

/** Another worktree of the root's repository has the same files; another repository has not. */
function placeOf(found: Located, root: Located): GitFolder['place'] {
  if (found.state !== 'ok' || root.state !== 'ok') return 'outside';
  if (found.top === root.top) return 'root';
  return found.repository === root.repository ? 'worktree' : 'outside';
}
