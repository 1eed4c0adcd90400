import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SecretFile } from '../../config/secret-file';
import { digestOf } from '../../config/tokens-file';
import { HOOK_TOKEN } from './hook-token';

const folder = mkdtempSync(join(tmpdir(), 'hook-token-'));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'hook-token');
const write = (text: string) => {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
};

test('SecretFile: follows its file, and without one no token is valid', () => {
  const said: string[] = [];
  const file = new SecretFile(path, HOOK_TOKEN, (sentence) => said.push(sentence));
  const valid = () => ['one', 'two', ''].filter((token) => file.has(digestOf(token)));
  assert.deepEqual(valid(), []);
  write('one\n');
  assert.deepEqual(valid(), ['one']);
  assert.deepEqual(valid(), ['one']);
  write('two\n');
  assert.deepEqual(valid(), ['two']);
  write('\n');
  assert.deepEqual(valid(), [], 'an empty file is no empty token');
  write('one\n');
  rmSync(path);
  assert.deepEqual([valid(), said], [[], []]);
});

test('SecretFile: a file that others may read or write is not used, which is said once', () => {
  const said: string[] = [];
  const file = new SecretFile(path, HOOK_TOKEN, (sentence) => said.push(sentence));
  write('one\n');
  for (const mode of [0o640, 0o620, 0o604, 0o602]) {
    chmodSync(path, mode);
    assert.equal(file.has(digestOf('one')), false, mode.toString(8));
  }
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /chmod 600/);
  chmodSync(path, 0o600);
  assert.equal(file.has(digestOf('one')), true);
});

test('SecretFile: a link, a folder or a large file is no token', () => {
  const file = new SecretFile(path, HOOK_TOKEN, () => {});
  writeFileSync(join(folder, 'other'), 'one', { mode: 0o600 });
  rmSync(path);
  symlinkSync(join(folder, 'other'), path);
  assert.equal(file.has(digestOf('one')), false);
  rmSync(path);
  write(`one${' '.repeat(2_000)}`);
  assert.equal(file.has(digestOf('one')), false);
});

test('SecretFile: a file whose state cannot be asked is no token and no fault of the request', () => {
  const said: string[] = [];
  rmSync(path);
  symlinkSync(path, path);
  const file = new SecretFile(path, HOOK_TOKEN, (sentence) => said.push(sentence));
  assert.equal(file.has(digestOf('a')), false);
  assert.equal(file.has(digestOf('a')), false);
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /can't be read/);
});
