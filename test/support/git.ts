/** Repositories of git for tests. */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whether the program git is installed; what tests say when they are skipped otherwise. */
export const NO_GIT = spawnSync('git', ['--version']).error ? 'git is not installed' : false;

const IDENTITY = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
  GIT_CONFIG_GLOBAL: '/dev/null',
};

/** Runs git, as a person would. @returns its output */
export function git(folder: string, ...words: string[]): string {
  const env = { ...process.env, ...IDENTITY };
  return execFileSync('git', words, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Makes a repository with one commit of some files, on the branch `main`. */
export function makeRepository(folder: string, files: Record<string, string>): void {
  git(folder, 'init', '-q', '-b', 'main');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  git(folder, 'add', '-A');
  git(folder, 'commit', '-q', '-m', 'begin: first files');
}
