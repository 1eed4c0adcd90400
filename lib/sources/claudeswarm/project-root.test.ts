import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { findProjectRoot, ProjectRootError } from './project-root';

let top: string;
/** Serves as the dashboard's own folder, outside of the searched ones. */
let elsewhere: string;

beforeEach(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'project-root-')));
  elsewhere = join(top, 'elsewhere');
  await mkdir(elsewhere);
});
afterEach(() => rm(top, { recursive: true }));

async function folder(...names: string[]): Promise<string> {
  const path = join(top, ...names);
  await mkdir(path, { recursive: true });
  return path;
}

const search = (start: string | string[], more: { explicit?: string; environment?: string; excluded?: string } = {}) =>
  findProjectRoot({ startFolders: [start].flat(), excluded: elsewhere, ...more });

test('findProjectRoot(): prefers the argument, then the environment, then the search', async () => {
  const [start, named, other] = [await folder('start'), await folder('named'), await folder('other')];
  await writeFile(join(start, 'package.json'), '{}');
  assert.deepEqual(search(start, { explicit: named, environment: other }), { root: named, found_by: 'argument' });
  assert.deepEqual(search(start, { environment: other }), { root: other, found_by: 'CLAUDESWARM_ROOT' });
  assert.deepEqual(search(start), { root: start, found_by: 'package.json' });
  assert.deepEqual(search(start, { explicit: '../named' }), { root: named, found_by: 'argument' });
  assert.deepEqual(search(start, { explicit: '', environment: '' }), { root: start, found_by: 'package.json' });
});

test('findProjectRoot(): refuses a named root that cannot be used, with a sentence', async () => {
  const file = join(await folder('start'), 'file');
  await writeFile(file, '');
  const refused = (message: RegExp) => (error: unknown) =>
    error instanceof ProjectRootError && message.test(error.message);
  assert.throws(() => search(top, { explicit: join(top, 'gone') }), refused(/gone can't be used.*no such file/));
  assert.throws(() => search(top, { environment: file }), refused(/^CLAUDESWARM_ROOT: .*file is not a folder/));
});

for (const marker of ['.git', '.claudeswarm.yaml', 'ACTIVE_AGENTS.json', '.agent_locks', 'pyproject.toml']) {
  test(`${marker} marks a root, the nearest one counts`, async () => {
    const start = await folder('a', 'b', 'c');
    await folder('a', '.git');
    await writeFile(join(top, 'a', 'b', marker), '');
    assert.deepEqual(search(start), { root: join(top, 'a', 'b'), found_by: marker });
  });
}

test('findProjectRoot(): .claudeswarm.toml is no marker; without one the start folder is the root', async () => {
  const start = await folder('plain');
  await writeFile(join(start, '.claudeswarm.toml'), '');
  assert.deepEqual(search(start), { root: start, found_by: 'start folder' });
});

test('findProjectRoot(): searches nine parents, not a tenth', async () => {
  const names = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10'];
  const start = await folder(...names);
  await writeFile(join(top, '0', 'package.json'), '{}');
  assert.equal(search(start)?.root, start);
  assert.equal(search(join(start, '..'))?.root, join(top, '0'));
});

test('findProjectRoot(): resolves symbolic links before the search', async () => {
  const real = await folder('real', 'inside');
  await folder('real', '.agent_locks');
  await symlink(real, join(top, 'link'));
  assert.equal(search(join(top, 'link'))?.root, join(top, 'real'));
  assert.equal(search(top, { explicit: join(top, 'link') })?.root, real);
});

test("the dashboard's own folder is no root, what lies above it may be one", async () => {
  const own = await folder('project', 'dashboard');
  const inside = await folder('project', 'dashboard', 'lib');
  await writeFile(join(own, 'package.json'), '{}');
  assert.equal(search(own, { excluded: own }), null);
  assert.equal(search(inside, { excluded: own }), null);
  await folder('project', '.git');
  assert.deepEqual(search(own, { excluded: own }), { root: join(top, 'project'), found_by: '.git' });
  assert.deepEqual(search(own, { excluded: own, explicit: '.' }), { root: own, found_by: 'argument' });
});

test('findProjectRoot(): tries the start folders in order and skips one that is gone', async () => {
  const [own, second] = [await folder('dashboard'), await folder('second')];
  assert.equal(search([join(top, 'gone'), own, second], { excluded: own })?.root, second);
  assert.equal(search([second, own], { excluded: own })?.root, second);
  assert.equal(search([own, join(top, 'gone')], { excluded: own }), null);
});
