import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readBasePath } from './base-path.mjs';
import { build, hasCurrentBuild } from './build';
import { StartError } from './start-error';

function newFolder(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'build-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return {
    folder,
    write(name: string, seconds: number, text = '') {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
      utimesSync(join(folder, name), seconds, seconds);
    },
    current: (basePath: string | null = null) => hasCurrentBuild(folder, basePath),
  };
}

test('a build is current until a file that it is made of is newer', (context) => {
  const { write, current } = newFolder(context);

  write('app/api/agents/route.ts', 1000);
  assert.equal(current(), false, 'there is none');
  write('.next/BUILD_ID', 2000);
  assert.equal(current(), true);

  write('lib/sources/claudeswarm/locks.test.ts', 3000);
  write('bin/launcher.ts', 3000);
  write('README.md', 3000);
  assert.equal(current(), true, 'tests, launcher and texts are no part of it');

  for (const source of [
    'app/api/agents/route.ts',
    'lib/hub/hub.ts',
    'package.json',
    'proxy.ts',
    'public/static/icon.svg',
  ]) {
    write(source, 3000);
    assert.equal(current(), false, source);
    write(source, 1000);
    assert.equal(current(), true, source);
  }
});

test('a build is for one base path, and stays for it unless another one is named', (context) => {
  const { write, current } = newFolder(context);
  write('app/page.tsx', 1000);
  write('.next/BUILD_ID', 2000);
  write('.next/routes-manifest.json', 2000, '{"basePath": "/swarm"}');
  assert.deepEqual([null, '/swarm', '', '/other'].map(current), [true, true, false, false]);
});

test('an installed package has the build that it came with, whatever the times of its files, and makes no other', async (context) => {
  const { folder, write, current } = newFolder(context);
  await assert.rejects(build(folder, null), /holds no build/);
  write('.next/BUILD_ID', 1000);
  write('.next/routes-manifest.json', 1000, '{"basePath": ""}');
  write('package.json', 2000);
  assert.deepEqual([current(), current('/swarm')], [true, false]);
  await assert.rejects(build(folder, '/swarm'), (error) => error instanceof StartError && /clone/.test(error.message));
});

test('a base path is read without the slash at its end; what is none is refused', () => {
  const texts = [undefined, '', '/', '/swarm', ' /a/b-c/ '];
  assert.deepEqual(texts.map(readBasePath), ['', '', '', '/swarm', '/a/b-c']);
  for (const text of ['swarm', '//host', '/a//b', '/../x', '/a?b', 'https://host/a', '/a b']) {
    assert.throws(() => readBasePath(text), /BASE_PATH must be a path such as \/swarm/, text);
  }
});
