import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { git, makeRepository, NO_GIT } from '../../../test/support/git';
import { gitFolder } from '../../contract/git-schemas';
import { GitFolders, type ReadFolder } from './git-folders';
import { GitError, type GitOptions, gitRunner, type RunGit } from './run-git';

const folder = mkdtempSync(join(tmpdir(), 'git-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const ENVIRONMENT = { PATH: process.env.PATH ?? '', HOME: folder };
const skip = NO_GIT;

function runner(options: Partial<GitOptions> = {}): RunGit {
  return gitRunner({ environment: ENVIRONMENT, signal: new AbortController().signal, ...options });
}

function newFolder(name = 'repository-'): string {
  return mkdtempSync(join(folder, name));
}

async function read(path: string, folders = new GitFolders(runner())): Promise<ReadFolder & { top: string }> {
  const located = await folders.locate(path);
  const top = located.state === 'ok' ? located.top : path;
  const found = await folders.read(top, located);
  gitFolder.parse({ top, agents: [], place: 'outside', ...found });
  return { top, ...found };
}

test('GitFolders: branch, last commit and changes of a repository', { skip }, async () => {
  const path = newFolder();
  makeRepository(path, { 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c' });
  mkdirSync(join(path, 'sub', 'new'), { recursive: true });
  writeFileSync(join(path, 'a.txt'), 'changed');
  writeFileSync(join(path, 'sub', 'new', 'x y.txt'), 'new');
  git(path, 'mv', 'b.txt', 'sub/b.txt');
  rmSync(join(path, 'c.txt'));
  const found = await read(join(path, 'sub'));
  assert.deepEqual([found.top, found.state, found.branch, found.is_linked], [path, 'ok', 'main', false]);
  assert.deepEqual([found.commit?.subject, found.commit?.author], ['begin: first files', 'Ada']);
  assert.equal(found.commit?.hash, git(path, 'rev-parse', 'HEAD').trim());
  assert.deepEqual([found.upstream, found.ahead, found.behind], [null, null, null]);
  assert.deepEqual(
    found.changes.map(({ path, from, kind, staged, unstaged, changed_at }) => {
      return [path, from, kind, staged, unstaged, changed_at !== null];
    }),
    [
      ['a.txt', null, 'changed', null, 'M', true],
      ['c.txt', null, 'changed', null, 'D', false],
      ['sub/b.txt', 'b.txt', 'renamed', 'R', null, true],
      ['sub/new/', null, 'untracked', null, null, false],
    ],
  );
  assert.deepEqual([found.change_count, found.left_off, found.filters], [4, 0, []]);
});

test('GitFolders: a worktree, an upstream, a detached head, and no commit yet', { skip }, async () => {
  const path = newFolder();
  makeRepository(path, { 'a.txt': 'a' });
  const linked = join(folder, 'linked');
  git(path, 'worktree', 'add', '-q', '-b', 'side', linked);
  git(linked, 'branch', '--set-upstream-to=main');
  git(linked, 'commit', '-q', '--allow-empty', '-m', 'more');
  const side = await read(linked);
  assert.deepEqual([side.branch, side.is_linked, side.upstream, side.ahead, side.behind], ['side', true, 'main', 1, 0]);
  const folders = new GitFolders(runner());
  const [one, other] = [await folders.locate(path), await folders.locate(linked)];
  assert.ok(one.state === 'ok' && other.state === 'ok');
  assert.equal(one.repository, other.repository);
  git(linked, 'checkout', '-q', '--detach');
  const detached = await read(linked);
  assert.deepEqual([detached.branch, detached.commit?.subject], [null, 'more']);
  const empty = newFolder();
  git(empty, 'init', '-q', '-b', 'main');
  const none = await read(empty);
  assert.deepEqual([none.state, none.branch, none.commit], ['ok', 'main', null]);
});

test('GitFolders: no repository, a bare one, no folder, no git and a refused one are states', { skip }, async () => {
  const plain = newFolder();
  assert.deepEqual([(await read(plain)).state, (await read(plain)).changes], ['no_repository', []]);
  const bare = newFolder();
  git(bare, 'init', '-q', '--bare');
  assert.equal((await read(bare)).state, 'no_repository');
  assert.equal((await read(join(plain, 'gone'))).state, 'no_folder');
  const empty = { PATH: plain, HOME: folder };
  assert.equal((await read(plain, new GitFolders(runner({ environment: empty })))).state, 'no_git');
  const path = newFolder();
  makeRepository(path, { 'a.txt': 'a' });
  const foreign = runner({ environment: { ...ENVIRONMENT, GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' } });
  const refused = await read(path, new GitFolders(foreign));
  assert.equal(refused.state, 'other_user');
  assert.match(refused.reason ?? '', /belongs to another user\. To allow it, add the folder to safe\.directory/);
});

test('GitFolders: a git that does not end is ended, and so is one of a process that stops', { skip }, async () => {
  const path = newFolder();
  const programs = newFolder('programs-');
  writeFileSync(join(programs, 'git'), '#!/bin/sh\nexec sleep 60\n');
  chmodSync(join(programs, 'git'), 0o755);
  const environment = { PATH: `${programs}:${ENVIRONMENT.PATH}`, HOME: folder };
  const slow = await read(path, new GitFolders(runner({ environment, timeoutMs: 50 })));
  assert.deepEqual([slow.state, slow.reason], ['timeout', 'Git was ended: it did not end within 0.05 s.']);
  const stopping = new AbortController();
  const run = runner({ environment, signal: stopping.signal })(path, ['status']);
  stopping.abort();
  await assert.rejects(run, (error) => error instanceof GitError && error.fault === 'stopped');
});

test('GitFolders: nothing that a repository names is run, and nothing in it is written', { skip }, async () => {
  const path = newFolder();
  makeRepository(path, { 'a.txt': 'a', 'b.txt': 'b' });
  const sub = newFolder('sub-');
  makeRepository(sub, { 'c.txt': 'c' });
  git(path, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', sub, 'module');
  git(path, 'commit', '-q', '-m', 'module');
  const ran = join(folder, 'ran');
  const program = join(folder, 'program.sh');
  writeFileSync(program, `#!/bin/sh\necho "$0 $@" >> ${ran}\ncat\n`);
  chmodSync(program, 0o755);
  const hooks = join(path, '.git', 'hooks');
  mkdirSync(hooks, { recursive: true });
  for (const hook of ['post-index-change', 'fsmonitor-watchman', 'post-checkout']) {
    writeFileSync(join(hooks, hook), `#!/bin/sh\n${program} ${hook}\n`);
    chmodSync(join(hooks, hook), 0o755);
  }
  for (const where of [path, join(path, 'module')]) {
    for (const key of [
      ...['core.fsmonitor', 'core.pager', 'pager.status', 'pager.log', 'core.sshCommand', 'core.askPass'],
      ...['core.editor', 'diff.external', 'diff.x.textconv', 'diff.x.command', 'gpg.program', 'credential.helper'],
      ...['filter.x.clean', 'filter.x.smudge', 'filter.x.process', 'filter.a=b.c.clean', 'core.gitProxy'],
      ...['core.alternateRefsCommand', 'uploadpack.packObjectsHook', 'interactive.diffFilter'],
    ]) {
      git(where, 'config', key, program);
    }
    git(where, 'config', 'alias.status', `!${program}`);
    git(where, 'config', 'log.showSignature', 'true');
    git(where, 'config', 'filter.x.required', 'true');
    git(where, 'config', 'status.submoduleSummary', 'true');
    git(where, 'config', 'diff.submodule', 'log');
  }
  writeFileSync(join(path, '.gitattributes'), '*.txt filter=x diff=x\nb.txt filter=a=b.c\n');
  writeFileSync(join(path, 'a.txt'), 'A');
  writeFileSync(join(path, 'b.txt'), 'B');
  writeFileSync(join(path, 'module', 'c.txt'), 'C');
  // Times in the future, so that git compares contents, and would like to write its index.
  utimesSync(join(path, 'a.txt'), new Date('2030-01-01'), new Date('2030-01-01'));
  rmSync(ran, { force: true });
  const before = listing(join(path, '.git'));
  const found = await read(path);
  assert.equal(found.state, 'ok', found.reason ?? '');
  assert.deepEqual(
    found.changes.map((change) => change.path),
    ['a.txt', 'b.txt', '.gitattributes'],
  );
  assert.deepEqual(found.filters, ['a=b.c', 'x']);
  assert.equal(existsSync(ran), false);
  assert.deepEqual(listing(join(path, '.git')), before);
});

/** Every file below a folder, with when it was written. */
function listing(path: string): string[] {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => `${name} ${statSync(join(path, name)).mtimeMs}`);
}

test('GitFolders: asks git about a folder at most once in 10 s, also for several that ask at once', async () => {
  let now = 0;
  const asked: string[] = [];
  const run: RunGit = async (_folder, [command = '']) => {
    asked.push(command);
    if (command === 'rev-parse') return Buffer.from('/top\n/top/.git\n.git\n');
    if (command === 'config') throw new GitError('failed', '', 1);
    return Buffer.from(command === 'status' ? '# branch.oid (initial)\0' : '');
  };
  const folders = new GitFolders(run, () => now);
  const path = newFolder();
  const once = ['rev-parse', 'config', 'status'];
  await Promise.all([read(path, folders), read(path, folders)]);
  assert.deepEqual(asked, once);
  now = 9999;
  await read(path, folders);
  assert.deepEqual(asked, once);
  now = 10_000;
  await read(path, folders);
  assert.deepEqual(asked, [...once, ...once]);
});
