import assert from 'node:assert/strict';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { scratchFolder } from '../../../test/support/scratch-folder';
import { faultOfPath } from './lockable-path';

const root = realpathSync(scratchFolder('lockable-'));
mkdirSync(join(root, 'src'));
writeFileSync(join(root, 'src/app.ts'), '');
symlinkSync('/etc', join(root, 'out'));
symlinkSync('src', join(root, 'in'));
symlinkSync('loop', join(root, 'loop'));

const ACCEPTED = [
  ...['src/app.ts', 'src/missing/deep.ts', 'src/*', 'app/[id]/x', '', '.', './src//', 'src/../src/app.ts', 'a..b'],
  ...['in/app.ts', 'in/missing', root, `${root}/src/app.ts`, 'src\\..\\..\\x', 'é.ts', '%zz', '100%', 'a%20b', 'in/..'],
];

const REFUSED = [
  ...['a\0b', '%2e%2e/x', 'a/%2E%2e/b', '.%2e/x', 'a%00b', 'a%20..b', '..', '../x', 'src/../../x', 'missing/../../x'],
  ...['/etc/passwd', '/', 'out/passwd', 'out/missing', 'out', 'in/../../x', 'loop', `${root}x`],
];

for (const path of ACCEPTED) {
  test(`faultOfPath(): the tool locks ${JSON.stringify(path)}`, async () => {
    assert.equal(await faultOfPath(root, path), null);
  });
}

for (const path of REFUSED) {
  test(`faultOfPath(): the tool refuses ${JSON.stringify(path)}`, async () => {
    assert.match((await faultOfPath(root, path)) ?? '', /^(must|can't) .*\.$/);
  });
}
