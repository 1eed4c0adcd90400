import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';

const CODE = pathToFileURL(join(import.meta.dirname, 'compiled-code.mjs')).href;
/** Later versions of Node cache compiled code themselves, in a format of their own. */
const skip = 'enableCompileCache' in module;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'compiled-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const kept = () => join(folder, 'cache', 'compiled.bin');

/** @returns the exports of a module in a process that reuses compiled code */
function load(name: string): unknown {
  const program = `
    import { createRequire } from 'node:module';
    import { reuseCompiledCode } from ${JSON.stringify(CODE)};
    reuseCompiledCode(${JSON.stringify(folder)});
    console.log(JSON.stringify(await createRequire(${JSON.stringify(join(folder, 'main.js'))})('./${name}').found));`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8', stdio: 'pipe' }),
  );
}

test('reuseCompiledCode(): compiled code is reused without change', { skip }, () => {
  writeFileSync(join(folder, 'one.js'), 'exports.found = require("./two.js");');
  writeFileSync(join(folder, 'two.js'), 'module.exports = [require.resolve("./two.js") === __filename, module.id];');
  const found = [true, join(folder, 'two.js')];
  assert.deepEqual(load('one.js'), found);
  const { ino } = statSync(kept());
  assert.deepEqual(load('one.js'), found);
  // Compiling again would create a new file.
  assert.equal(statSync(kept()).ino, ino);
});

test('reuseCompiledCode(): different code of the same length is compiled again', { skip }, () => {
  writeFileSync(join(folder, 'one.js'), 'exports.found = "before";');
  assert.equal(load('one.js'), 'before');
  writeFileSync(join(folder, 'one.js'), 'exports.found = "behind";');
  assert.equal(load('one.js'), 'behind');
});

test('reuseCompiledCode(): an error has its position in the source file, not in the compiled code', { skip }, () => {
  writeFileSync(join(folder, 'one.js'), 'exports.found = new Error().stack.split("\\n")[1].match(/:\\d+:\\d+/)[0];');
  for (let runs = 0; runs < 2; runs++) assert.equal(load('one.js'), ':1:17');
});

test('reuseCompiledCode(): imports work in every notation', { skip }, () => {
  writeFileSync(join(folder, 'module.mjs'), 'export const found = "a module";');
  for (const written of ['import(', 'import (', 'import/* lazily */(']) {
    writeFileSync(join(folder, 'imports.js'), `exports.found = ${written}"./module.mjs").then(({ found }) => found);`);
    for (let runs = 0; runs < 2; runs++) assert.equal(load('imports.js'), 'a module');
  }
});

test('reuseCompiledCode(): a damaged cache file and one that cannot be written prevent nothing', { skip }, () => {
  writeFileSync(join(folder, 'one.js'), 'exports.found = 1;');
  writeFileSync(join(folder, 'cache'), 'no folder');
  assert.equal(load('one.js'), 1);
  rmSync(join(folder, 'cache'));
  mkdirSync(join(folder, 'cache'));
  writeFileSync(kept(), 'no code');
  for (let runs = 0; runs < 2; runs++) assert.equal(load('one.js'), 1);
  const [damaged, { ino }] = [readFileSync(kept()), statSync(kept())];
  damaged.writeUInt8(damaged.readUInt8(damaged.length - 20) ^ 1, damaged.length - 20);
  writeFileSync(kept(), damaged);
  assert.equal(load('one.js'), 1);
  assert.notEqual(statSync(kept()).ino, ino, 'it was made anew');
});
