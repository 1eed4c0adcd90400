import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOMS } from './check-imports';

const PROJECT = join(import.meta.dirname, '..');

function foldersBelow(folder: string): string[] {
  return readdirSync(join(PROJECT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [`${folder}/${name}`, ...foldersBelow(`${folder}/${name}`)]);
}

test('architecture.md: every folder below lib and components is named, and has rules for its imports', () => {
  const page = readFileSync(join(PROJECT, 'docs/architecture.md'), 'utf8');
  const folders = [...foldersBelow('lib'), ...foldersBelow('components')];
  assert.deepEqual(
    folders.filter((folder) => !page.includes(`\`${folder}\``)),
    [],
  );
  const named = [...page.matchAll(/`((?:lib|components)\/[^`]+)`/g)].map(([, folder]) => folder);
  assert.deepEqual(
    named.filter((folder) => !folders.includes(folder as string)),
    [],
  );
  const ruled = Object.keys(ROOMS);
  assert.deepEqual(
    folders.filter((folder) => !ruled.some((room) => `${folder}/`.startsWith(`${room}/`))),
    [],
  );
});
