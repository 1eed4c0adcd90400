/** Locks grouped by their path, and the paths that a pattern may match. */
import { hasPatternCharacters } from '../contract/fnmatch';
import type { LockEntry } from '../sources/claudeswarm/lock-entry';
import type { StepBudget } from './step-budget';

/** The largest number of listed overlaps: else a lock of everything would list all, and all would list it. */
export const MAX_CONFLICTS = 20;

/** Folders below this depth are not distinguished: a path of 4,096 slashes would be in as many of them. */
const MAX_FOLDER_DEPTH = 16;

/** The locks of one path, of any holder. */
export class PathGroup {
  readonly text: string;
  readonly entries: LockEntry[];
  /** Whether every lock lists as many others as it may. */
  isFull = false;
  /** Made when it is first needed: most paths have one lock. */
  #ofOthers: Map<unknown, readonly LockEntry[]> | null = null;

  constructor(text: string, first: LockEntry) {
    this.text = text;
    this.entries = [first];
  }

  /** @returns the first 20 locks of other holders than `holder`; found once for each holder */
  ofOthers(holder: unknown): readonly LockEntry[] {
    const known = this.#ofOthers?.get(holder);
    if (known) return known;
    const found: LockEntry[] = [];
    for (const entry of this.entries) {
      if (entry.fields.agent_id !== holder) found.push(entry);
      if (found.length === MAX_CONFLICTS) break;
    }
    this.#ofOthers ??= new Map();
    this.#ofOthers.set(holder, found);
    return found;
  }
}

/** @returns the locks by path; those whose path is not a string are left out */
export function* groupByPath(
  entries: readonly LockEntry[],
  pathOf: (entry: LockEntry) => unknown,
  budget: StepBudget,
): Generator<void, PathGroup[]> {
  const groups = new Map<string, PathGroup>();
  for (const entry of entries) {
    const path = pathOf(entry);
    if (typeof path !== 'string') continue;
    const group = groups.get(path);
    if (group) group.entries.push(entry);
    else groups.set(path, new PathGroup(path, entry));
    if (budget.spend(300 + path.length)) yield;
  }
  return [...groups.values()];
}

/** @returns the common beginning of all paths that a pattern matches */
export function certainBegin(pattern: string): string {
  return pattern.slice(0, pattern.search(/[*?[]/));
}

/** @returns the folder, with its slash, that contains all paths that a pattern matches; empty for any folder */
export function folderOfPattern(pattern: string): string {
  const certain = certainBegin(pattern);
  let end = 0;
  for (let depth = 0; depth < MAX_FOLDER_DEPTH; depth++) {
    const slash = certain.indexOf('/', end);
    if (slash === -1) break;
    end = slash + 1;
  }
  return certain.slice(0, end);
}

/** @returns for each folder the paths below it */
export function* groupByFolder(
  groups: readonly PathGroup[],
  folders: ReadonlySet<string>,
  budget: StepBudget,
): Generator<void, Map<string, PathGroup[]>> {
  const byFolder = new Map<string, PathGroup[]>([...folders].map((folder) => [folder, []]));
  for (const group of groups) {
    byFolder.get('')?.push(group);
    const { text } = group;
    let end = 0;
    for (let depth = 0; depth < MAX_FOLDER_DEPTH; depth++) {
      const slash = text.indexOf('/', end);
      if (slash === -1) break;
      end = slash + 1;
      byFolder.get(text.slice(0, end))?.push(group);
    }
    if (budget.spend(500 + text.length)) yield;
  }
  return byFolder;
}

/** @returns whether a group's path can match other paths than itself */
export function isPattern({ text }: PathGroup): boolean {
  return hasPatternCharacters(text);
}
