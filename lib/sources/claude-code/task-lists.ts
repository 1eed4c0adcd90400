/** The tasks that sessions share, `tasks/<list>/<id>.json`. Only the lists that are asked for are read. */
import { join } from 'node:path';
import { SettledFile, type SettledFileOptions } from '../settled-file';
import { SettledFolder } from '../settled-folder';
import type { ClaudeTask } from './claude-session';
import { isTaskList, MAX_LINK_BYTES, parseListLink, TASKS } from './team-files';

/** Lists stay after their session has ended, so there may be thousands. */
const MAX_LISTS = 100;
/** `.session-list` names the list in which the session's tasks are. */
const LINK = '.session-list';

export class TaskLists {
  /** By list, then by id; a new list after a change. */
  tasks: readonly ClaudeTask[] = [];
  /** The name of the list that contains the tasks, by the name that was asked for. */
  links: ReadonlyMap<string, string> = new Map();

  readonly #folder: string;
  readonly #options: SettledFileOptions;
  /** The file that may refer to another list, by the name that was asked for. */
  readonly #asked = new Map<string, SettledFile<string>>();
  readonly #lists = new Map<string, SettledFolder<Omit<ClaudeTask, 'list'>>>();

  /** @param folder `tasks/` of Claude Code's folder */
  constructor(folder: string, options: SettledFileOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  /** A sentence part for each file that can't be used, with its place. */
  get faults(): [fault: string, place: string][] {
    const links = [...this.#asked].map(([name, { fault }]) => [fault, `${name}/${LINK}`] as const);
    const found = links.flatMap(([fault, place]): [string, string][] =>
      fault === null ? [] : [[`a link ${fault}`, place]],
    );
    for (const [list, { faults }] of this.#lists) {
      for (const [fault, name] of faults) found.push([`a task ${fault}`, `${list}/${name}`]);
    }
    return found;
  }

  /** How many tasks are left out, because there are too many. */
  get beyond(): number {
    return [...this.#lists.values()].reduce((sum, { beyond }) => sum + beyond, 0);
  }

  /**
   * Reads the tasks that changed.
   *
   * @param wanted names of lists; the first 100 are read
   * @returns whether `tasks` or `links` changed
   */
  async refresh(wanted: Iterable<string>): Promise<boolean> {
    const asked = [...new Set(wanted)].filter(isTaskList).slice(0, MAX_LISTS);
    const relinked = await this.#follow(asked);
    const lists = new Set(this.links.values());
    let changed = relinked;
    for (const list of this.#lists.keys()) if (!lists.has(list)) changed = this.#lists.delete(list) || changed;
    for (const list of lists) {
      const known = this.#lists.get(list);
      const folder = known ?? new SettledFolder(join(this.#folder, list), TASKS, this.#options);
      this.#lists.set(list, folder);
      changed = (await folder.refresh()) || changed;
      if (folder.state.kind === 'missing' && folder.files.size > 0) {
        folder.files.clear();
        changed = true;
      }
    }
    if (changed) this.tasks = this.#collect();
    return changed;
  }

  /** @returns whether a name now leads to another list */
  async #follow(asked: readonly string[]): Promise<boolean> {
    const links = new Map<string, string>();
    for (const name of this.#asked.keys()) if (!asked.includes(name)) this.#asked.delete(name);
    for (const name of asked) {
      const known = this.#asked.get(name);
      const path = join(this.#folder, name, LINK);
      const link = known ?? new SettledFile(path, MAX_LINK_BYTES, parseListLink, this.#options);
      this.#asked.set(name, link);
      const isGone = (await link.refresh()) === 'gone';
      if (isGone) this.#asked.delete(name);
      links.set(name, isGone ? name : (link.content ?? name));
    }
    const before = this.links;
    const same = links.size === before.size && [...links].every(([name, list]) => before.get(name) === list);
    if (!same) this.links = links;
    return !same;
  }

  #collect(): ClaudeTask[] {
    return [...this.#lists].flatMap(([list, { files }]) => {
      const tasks = [...files.values()].flatMap(({ content }) => (content === null ? [] : [{ list, ...content }]));
      return tasks.sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
    });
  }
}
