/** What git says about folders: read when asked, and then not again for 10 s. */
import { lstat, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { GitChange, GitFolder, GitFolderState } from '../../contract/git-schemas';
import { formatInstant } from '../../contract/instant';
import { describeFileError, errorCode } from '../../platform/read-file';
import { GitError, type GitOverrides, type RunGit } from './run-git';
import { parseStatus, type StatusChange } from './status-text';

/** How long an answer of git counts. */
const READ_INTERVAL_MS = 10_000;
const MAX_KNOWN = 200;
const MAX_FILTERS = 50;
const MAX_SUBJECT = 200;
/** How many files are looked at together. */
const STATS_AT_ONCE = 32;

/** Where a folder is: its worktree and its repository, absolute; or why that is not known. */
export type Located =
  | { state: 'ok'; top: string; gitFolder: string; repository: string }
  | { state: Exclude<GitFolderState, 'ok'>; reason: string };

/** What is read of a worktree, without who works in it. */
export type ReadFolder = Omit<GitFolder, 'top' | 'agents' | 'place'>;

interface Kept<Value> {
  at: number;
  value: Promise<Value>;
}

export class GitFolders {
  readonly #run: RunGit;
  readonly #now: () => number;
  readonly #located = new Map<string, Kept<Located>>();
  readonly #read = new Map<string, Kept<ReadFolder>>();

  constructor(run: RunGit, now: () => number = Date.now) {
    this.#run = run;
    this.#now = now;
  }

  /** @returns where a folder is; a fault of git is a state and no exception */
  locate(folder: string): Promise<Located> {
    return this.#once(this.#located, folder, () => this.#locate(folder));
  }

  /** @param top of a worktree. @returns what git says of it; a fault of git is a state and no exception */
  read(top: string, located: Located): Promise<ReadFolder> {
    return this.#once(this.#read, top, async () => {
      const readAt = this.#now();
      if (located.state !== 'ok') return nothing(located.state, located.reason, readAt);
      try {
        return await this.#readFolder(located, readAt);
      } catch (error) {
        return nothing(...faultOf(error), readAt);
      }
    });
  }

  #once<Value>(kept: Map<string, Kept<Value>>, key: string, read: () => Promise<Value>): Promise<Value> {
    const now = this.#now();
    const known = kept.get(key);
    if (known && Math.abs(now - known.at) < READ_INTERVAL_MS) return known.value;
    if (kept.size >= MAX_KNOWN) kept.clear();
    const value = read();
    kept.set(key, { at: now, value });
    return value;
  }

  async #locate(folder: string): Promise<Located> {
    try {
      if (!(await stat(folder)).isDirectory()) return { state: 'no_folder', reason: `${folder} is not a folder.` };
    } catch (error) {
      const isHidden = errorCode(error) === 'EACCES';
      const reason = `${folder} can't be opened: ${describeFileError(error)}.`;
      return { state: isHidden ? 'other_user' : 'no_folder', reason };
    }
    try {
      const output = await this.#run(folder, [
        'rev-parse',
        '--show-toplevel',
        '--absolute-git-dir',
        '--git-common-dir',
      ]);
      const [top, gitFolder, common, ...rest] = output.toString('utf8').replace(/\n$/, '').split('\n');
      if (!top || !gitFolder || !common || rest.length > 0)
        throw new GitError('failed', 'its answer is not understood');
      return { state: 'ok', top, gitFolder, repository: resolve(folder, common) };
    } catch (error) {
      const [state, reason] = faultOf(error);
      return { state, reason };
    }
  }

  async #readFolder(
    { top, gitFolder, repository }: Extract<Located, { state: 'ok' }>,
    readAt: number,
  ): Promise<ReadFolder> {
    const filters = await this.#filters(top);
    const words = ['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=normal'];
    const overrides = withoutFilters(filters);
    // Submodules have a configuration of their own, which these overrides do not reach.
    const status = parseStatus(await this.#run(top, [...words, '--ignore-submodules=dirty'], overrides));
    const { head, branch, upstream, ahead, behind, changes, count } = status;
    return {
      ...{ state: 'ok', reason: null, read_at: formatInstant(readAt) },
      ...{ branch, upstream, ahead, behind },
      is_linked: gitFolder !== repository,
      commit: head === null ? null : await this.#lastCommit(top, head),
      changes: await withTimes(top, changes),
      change_count: count,
      left_off: count - changes.length,
      filters,
    };
  }

  /** Filters are programs that git runs to compare files. */
  async #filters(top: string): Promise<string[]> {
    try {
      const output = await this.#run(top, ['config', '--name-only', '-z', '--get-regexp', '^filter\\..*\\.']);
      const keys = output
        .toString('utf8')
        .split('\0')
        .filter((key) => key !== '');
      const names = new Set(keys.map((key) => key.slice('filter.'.length, key.lastIndexOf('.'))));
      if (names.size > MAX_FILTERS) throw new GitError('failed', `it has more than ${MAX_FILTERS} filters`);
      return [...names].sort();
    } catch (error) {
      // No such key.
      if (error instanceof GitError && error.code === 1) return [];
      throw error;
    }
  }

  async #lastCommit(top: string, head: string): Promise<ReadFolder['commit']> {
    const words = ['log', '-1', '-z', '--no-show-signature', '--no-color', '--encoding=UTF-8', `--format=${COMMIT}`];
    const output = await this.#run(top, [...words, head, '--']);
    const [hash = '', author = '', at = '', subject = ''] = output.toString('utf8').replace(/\0$/, '').split('\x1f');
    const time = Date.parse(at);
    return {
      hash,
      subject: subject.slice(0, MAX_SUBJECT),
      author: author.slice(0, MAX_SUBJECT),
      at: Number.isNaN(time) ? null : formatInstant(time),
    };
  }
}

/** Hash, author, time and subject of a commit. */
const COMMIT = '%H%x1f%an%x1f%cI%x1f%s';

function withoutFilters(filters: readonly string[]): GitOverrides {
  return filters.flatMap((name) => [
    [`filter.${name}.clean`, ''] as const,
    [`filter.${name}.smudge`, ''] as const,
    [`filter.${name}.process`, ''] as const,
    [`filter.${name}.required`, 'false'] as const,
  ]);
}

/** A file that was written just now says when; of one that is gone nothing does. */
async function withTimes(top: string, changes: readonly StatusChange[]): Promise<GitChange[]> {
  const timed: GitChange[] = [];
  for (let from = 0; from < changes.length; from += STATS_AT_ONCE) {
    const some = changes.slice(from, from + STATS_AT_ONCE).map(async (change) => {
      const found = change.path.endsWith('/') ? null : await lstat(join(top, change.path)).catch(() => null);
      return { ...change, changed_at: found === null ? null : formatInstant(Math.floor(found.mtimeMs)) };
    });
    timed.push(...(await Promise.all(some)));
  }
  return timed;
}

function faultOf(error: unknown): [state: Exclude<GitFolderState, 'ok'>, reason: string] {
  if (!(error instanceof GitError)) throw error;
  const { fault, message } = error;
  if (fault === 'no_git') return ['no_git', 'There is no program git where the dashboard runs.'];
  if (fault === 'timeout') return ['timeout', `Git was ended: ${message}.`];
  if (/dubious ownership/.test(message)) {
    const advice = 'To allow it, add the folder to safe.directory in the configuration of git';
    return ['other_user', `Git refuses the repository, because it belongs to another user. ${advice}.`];
  }
  if (/not a git repository|must be run in a work tree|cannot use bare repository/.test(message)) {
    return ['no_repository', 'The folder is in no worktree of git.'];
  }
  return ['failed', `Git failed: ${message}.`];
}

function nothing(state: GitFolderState, reason: string, readAt: number): ReadFolder {
  return {
    ...{ state, reason, read_at: formatInstant(readAt) },
    ...{ branch: null, is_linked: null, upstream: null, ahead: null, behind: null, commit: null },
    ...{ changes: [], change_count: 0, left_off: 0, filters: [] },
  };
}
