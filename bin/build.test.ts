import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { hasCurrentBuild } from './build';

test('a build is current until a file that it is made of is newer', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'build-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, seconds: number) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), '');
    utimesSync(join(folder, name), seconds, seconds);
  };

  write('app/api/agents/route.ts', 1000);
  assert.equal(hasCurrentBuild(folder), false, 'there is none');
  write('.next/BUILD_ID', 2000);
  assert.equal(hasCurrentBuild(folder), true);

  write('lib/swarm/locks.test.ts', 3000);
  write('bin/launcher.ts', 3000);
  write('README.md', 3000);
  assert.equal(hasCurrentBuild(folder), true, 'tests, launcher and texts are no part of it');

  for (const source of [
    'app/api/agents/route.ts',
    'lib/hub.ts',
    'package.json',
    'proxy.ts',
    'public/static/icon.svg',
  ]) {
    write(source, 3000);
    assert.equal(hasCurrentBuild(folder), false, source);
    write(source, 1000);
    assert.equal(hasCurrentBuild(folder), true, source);
  }
});
