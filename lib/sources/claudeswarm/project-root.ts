/** Finds the project root that the swarm's own tool would use. */
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { describeFileError } from '../../platform/read-file';

/** Any of these makes a folder a root; `.claudeswarm.toml` does not. */
const MARKERS = ['.git', '.claudeswarm.yaml', 'ACTIVE_AGENTS.json', '.agent_locks', 'pyproject.toml', 'package.json'];

const PARENTS_SEARCHED = 9;

/** A named root that can't be used; the message is a sentence for a person. */
export class ProjectRootError extends Error {
  override name = 'ProjectRootError';
}

export interface RootSearch {
  /** The root as the person named it; relative to the first start folder. */
  explicit?: string | undefined;
  /** The value of `CLAUDESWARM_ROOT`; likewise. */
  environment?: string | undefined;
  /** Where to begin, best first: the folder in which the command was given, then the working directory. */
  startFolders: readonly string[];
  /**
   * The dashboard's own folder. It is found only if named: its own markers belong to no swarm, but those of its parents
   * may.
   */
  excluded: string;
}

/**
 * Finds the root: the named one, else the one that `CLAUDESWARM_ROOT` names, else the nearest of a start folder and
 * its nine parents that contains a marker, else that start folder.
 *
 * @returns the root with symbolic links resolved, and how it was found (`argument`, `CLAUDESWARM_ROOT`, the marker or
 *   `start folder`); null if every start folder lies in the excluded one and nothing else has a marker
 * @throws {ProjectRootError} if a named root does not exist, is not a folder or can't be read
 */
export function findProjectRoot(search: RootSearch): { root: string; found_by: string } | null {
  const from = search.startFolders[0] ?? '.';
  if (search.explicit) return { root: namedRoot(resolve(from, search.explicit)), found_by: 'argument' };
  if (search.environment) {
    return { root: namedRoot(resolve(from, search.environment), 'CLAUDESWARM_ROOT: '), found_by: 'CLAUDESWARM_ROOT' };
  }
  const excluded = realPathOf(search.excluded);
  for (const folder of search.startFolders) {
    const start = realPathOf(folder);
    const found = start === null ? null : searchUpward(start, excluded);
    if (found) return found;
  }
  return null;
}

function namedRoot(path: string, origin = ''): string {
  try {
    const root = realpathSync(path);
    if (!statSync(root).isDirectory()) {
      throw new ProjectRootError(`${origin}${path} is not a folder: name the folder of a project.`);
    }
    accessSync(root, constants.R_OK | constants.X_OK);
    return root;
  } catch (error) {
    if (error instanceof ProjectRootError) throw error;
    throw new ProjectRootError(
      `${origin}${path} can't be used as project root, ${describeFileError(error)}: name a folder that can be read.`,
    );
  }
}

function searchUpward(start: string, excluded: string | null): { root: string; found_by: string } | null {
  let folder = start;
  for (let step = 0; step <= PARENTS_SEARCHED; step++) {
    const marker = folder === excluded ? undefined : MARKERS.find((name) => existsSync(join(folder, name)));
    if (marker) return { root: folder, found_by: marker };
    if (dirname(folder) === folder) break;
    folder = dirname(folder);
  }
  const isInside = excluded !== null && `${start}${sep}`.startsWith(`${excluded}${sep}`);
  return isInside ? null : { root: start, found_by: 'start folder' };
}

function realPathOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null; // a start folder that was deleted under the process
  }
}
