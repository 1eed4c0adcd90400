/** The folders of a project: its root, and the same folder in the other worktrees of its repository, without running git. */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { readIfChanged } from '../../platform/read-file';

/** A person has a few; each costs one small file. */
const MAX_WORKTREES = 200;
const MAX_PARENTS = 40;
/** They contain one path. */
const MAX_GIT_FILE_BYTES = 64 * 1024;

/**
 * Lists the folders in which sessions count as sessions of a project: the root, and where the root is in every worktree
 * of its repository, also the main one. What can't be read is left out. A root deep in a repository, such as a home folder
 * under git, does not make all of it its own.
 *
 * @param root absolute, symbolic links resolved
 * @returns absolute real paths; the root first
 */
export function projectFolders(root: string): string[] {
  const found = repositoryOf(root);
  if (found === null) return [root];
  const { common, top } = found;
  const inside = relative(top, root);
  const main = basename(common) === '.git' ? [dirname(common)] : [];
  const linked = entriesIn(join(common, 'worktrees')).map((name) => {
    const gitFile = readLine(join(common, 'worktrees', name, 'gitdir'));
    return gitFile === null ? null : dirname(resolve(common, 'worktrees', name, gitFile));
  });
  const folders = [...main, ...linked].map((folder) => folder && realPath(join(folder, inside)));
  return [...new Set([root, ...folders.filter((folder) => folder !== null)])];
}

/**
 * @returns the worktree that a folder is in, and the repository's own folder, shared by its worktrees; null outside a
 *   repository
 */
function repositoryOf(root: string): { top: string; common: string } | null {
  let folder = root;
  for (let step = 0; step < MAX_PARENTS; step += 1) {
    const git = join(folder, '.git');
    const kind = kindOf(git);
    if (kind !== null) {
      const common = kind === 'folder' ? git : linkedFolder(git);
      return common === null ? null : { top: folder, common };
    }
    if (dirname(folder) === folder) return null;
    folder = dirname(folder);
  }
  return null;
}

/** A worktree has a file `gitdir: <repository>/worktrees/<name>`, and that folder a file with the way to the common one. */
function linkedFolder(gitFile: string): string | null {
  const named = readLine(gitFile)?.match(/^gitdir: (.+)$/)?.[1];
  if (named === undefined) return null;
  const own = resolve(dirname(gitFile), named);
  const common = readLine(join(own, 'commondir'));
  return common === null ? own : resolve(own, common);
}

function kindOf(path: string): 'file' | 'folder' | null {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch {
    return null; // it does not exist, or can't be read
  }
}

function entriesIn(folder: string): string[] {
  try {
    return readdirSync(folder).slice(0, MAX_WORKTREES);
  } catch {
    return []; // a repository without further worktrees
  }
}

function readLine(path: string): string | null {
  const options = { limitBytes: MAX_GIT_FILE_BYTES, known: null, followLinks: true, now: Date.now() };
  const reading = readIfChanged(path, options);
  // Else it was removed meanwhile, can't be read, or is a pipe.
  return reading.kind === 'read' ? (reading.bytes.toString().split('\n', 1)[0] ?? null) : null;
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null; // a worktree that was deleted without `git worktree remove`
  }
}
