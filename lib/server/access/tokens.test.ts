import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ConfigError } from '../../config/config';
import { TokenStore } from './tokens';

const folder = mkdtempSync(join(tmpdir(), 'tokens-'));
after(() => rmSync(folder, { recursive: true }));

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];
const line = (name: string, sha256: string) => `- { name: ${name}, sha256: ${sha256} }\n`;
const fresh = (text: string, name = `${Math.random()}.yaml`) => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

test('refresh(): notices changes in place and by rename; a faulty file changes nothing, a missing one has no tokens', () => {
  const path = fresh(line('a', A));
  const said: string[] = [];
  const store = new TokenStore(path, (sentence) => said.push(sentence));
  const valid = () => {
    store.refresh();
    return [A, B].filter((digest) => store.find(digest) !== null);
  };
  assert.deepEqual(valid(), [A]);
  writeFileSync(path, line('b', B));
  assert.deepEqual(valid(), [B]);
  renameSync(fresh(line('a', A) + line('b', B)), path);
  assert.deepEqual(valid(), [A, B]);

  writeFileSync(path, '- { name: a, token: secret }');
  assert.deepEqual(valid(), [A, B]);
  assert.deepEqual(valid(), [A, B]);
  assert.equal(said.length, 1, 'said once');
  assert.match(said[0] ?? '', /^Entry 1 .* The tokens read before stay valid\.$/);
  assert.doesNotMatch(said[0] ?? '', /secret/);

  rmSync(path);
  assert.deepEqual(valid(), []);
  assert.match(said[1] ?? '', /is missing\. No token is valid\.$/);
  mkdirSync(path);
  assert.deepEqual(valid(), []);
  assert.match(said[2] ?? '', /is a folder, not a file\. No token is valid\.$/);
  rmSync(path, { recursive: true });
  fresh('', path.slice(folder.length + 1));
  assert.deepEqual(valid(), []);
  writeFileSync(path, line('a', A));
  assert.deepEqual(valid(), [A]);
  assert.equal(said.length, 3);
});

test('TokenStore: an unusable file at the start throws', () => {
  assert.throws(() => new TokenStore(join(folder, 'none'), assert.fail), ConfigError);
  assert.throws(() => new TokenStore(folder, assert.fail), ConfigError);
  assert.throws(() => new TokenStore(fresh('- x'), assert.fail), ConfigError);
});

test('TokenStore: warns once about a file that others can read', () => {
  const path = fresh(line('a', A));
  const said: string[] = [];
  chmodSync(path, 0o644);
  const store = new TokenStore(path, (sentence) => said.push(sentence));
  store.refresh();
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /chmod 600/);
  chmodSync(path, 0o600);
  store.refresh();
  chmodSync(path, 0o640);
  store.refresh();
  assert.equal(said.length, 2);
});
