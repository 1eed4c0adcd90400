import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { projectFolders } from './worktrees';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'worktrees-')));
after(() => rmSync(folder, { recursive: true }));

/** A repository with one more worktree, as git lays them out. */
function repository(name: string): { main: string; linked: string } {
  const main = join(folder, name);
  const linked = join(folder, `${name}-linked`);
  const own = join(main, '.git', 'worktrees', 'linked');
  mkdirSync(own, { recursive: true });
  mkdirSync(join(linked, 'src'), { recursive: true });
  writeFileSync(join(own, 'gitdir'), `${join(linked, '.git')}\n`);
  writeFileSync(join(own, 'commondir'), '../..\n');
  writeFileSync(join(linked, '.git'), `gitdir: ${own}\n`);
  return { main, linked };
}

test('projectFolders(): the root and every worktree, from the main one, from a linked one; of a folder in them the same folder', () => {
  const { main, linked } = repository('plain');
  assert.deepEqual(projectFolders(main), [main, linked]);
  assert.deepEqual(projectFolders(linked), [linked, main]);
  const inside = join(linked, 'src');
  assert.deepEqual(projectFolders(inside), [inside], 'the rest of the repository is another project');
  mkdirSync(join(main, 'src'));
  assert.deepEqual(projectFolders(inside), [inside, join(main, 'src')]);
});

test('projectFolders(): only the root outside a repository, and without worktrees that are gone or files that are odd', () => {
  assert.deepEqual(projectFolders(folder), [folder]);
  const { main, linked } = repository('odd');
  rmSync(linked, { recursive: true });
  mkdirSync(join(main, '.git', 'worktrees', 'empty'));
  assert.deepEqual(projectFolders(main), [main]);
  const lost = join(folder, 'lost');
  mkdirSync(lost);
  writeFileSync(join(lost, '.git'), 'no line of git');
  assert.deepEqual(projectFolders(lost), [lost]);
});

test('projectFolders(): a pipe in the place of a file of git is not waited for', () => {
  const { main } = repository('pipes');
  mkdirSync(join(main, '.git', 'worktrees', 'odd'));
  execFileSync('mkfifo', [join(main, '.git', 'worktrees', 'odd', 'gitdir')]);
  assert.equal(projectFolders(main)[0], main);
  const piped = join(folder, 'piped');
  mkdirSync(piped);
  execFileSync('mkfifo', [join(piped, '.git')]);
  assert.deepEqual(projectFolders(piped), [piped]);
});
