import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseConfig } from './config';
import { ensureOperatorKey, OPERATOR_KEY, operatorLink, replaceOperatorKey, usesOperatorKey } from './operator-key';
import { SecretFile } from './secret-file';
import { digestOf } from './tokens-file';

const folder = mkdtempSync(join(tmpdir(), 'operator-key-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let places = 0;
/** A path in a folder that does not exist yet. */
const newPlace = () => join(folder, `state-${places++}`, 'deep', 'operator-key');
const keyIn = (path: string) => readFileSync(path, 'utf8').trim();
const made = (path: string) => {
  const result = ensureOperatorKey(path);
  assert.ok('key' in result, JSON.stringify(result));
  return result.key;
};
const faultAt = (path: string) => {
  const result = ensureOperatorKey(path);
  assert.ok('fault' in result, 'there is a key');
  return result.fault;
};
const isRoot = process.getuid?.() === 0;

test('ensureOperatorKey(): creates 32 random bytes that only this user may read, and keeps them', () => {
  const path = newPlace();
  const key = made(path);
  assert.match(key, /^[A-Za-z0-9_-]{43}$/);
  assert.equal(Buffer.from(key, 'base64url').length, 32);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(join(path, '..')), ['operator-key'], 'no temporary file is left');
  assert.equal(keyIn(path), key);
  assert.equal(made(path), key);
  assert.notEqual(made(newPlace()), key);
});

test('ensureOperatorKey(): processes that start at once agree on one key', async () => {
  const path = newPlace();
  const code = `const { ensureOperatorKey } = await import(${JSON.stringify(join(import.meta.dirname, 'operator-key.ts'))});
    process.stdout.write('ready\\n');
    process.stdin.once('data', () => { process.stdout.write(ensureOperatorKey(${JSON.stringify(path)}).key); process.stdin.destroy(); });`;
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      cwd: join(import.meta.dirname, '../..'),
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  const outputs = children.map((child) => {
    const output = { text: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.text += text;
    });
    return output;
  });
  await Promise.all(children.map((child) => once(child.stdout, 'data')));
  for (const child of children) child.stdin.write('go');
  await Promise.all(children.map((child) => once(child, 'close')));
  const keys = outputs.map(({ text }) => text.replace('ready\n', ''));
  assert.deepEqual(new Set(keys), new Set([keyIn(path)]));
  assert.deepEqual(readdirSync(join(path, '..')), ['operator-key']);
});

test('ensureOperatorKey(): a file that cannot be trusted is kept and not used, and a sentence says what to do', () => {
  const path = newPlace();
  const key = made(path);
  for (const mode of [0o640, 0o604, 0o620, 0o602]) {
    chmodSync(path, mode);
    assert.match(faultAt(path), /^Other users may read the operator key \S+: run ".*--new-operator-key" .* no command/);
  }
  chmodSync(path, 0o600);
  assert.equal(made(path), key);
  for (const text of ['', 'short', `${key}x`, `${key.slice(1)}!`, `${key}\n${key}`, 'x'.repeat(2_000)]) {
    writeFileSync(path, text);
    assert.match(faultAt(path), /(is damaged: run|can't be read: larger than)/, text.slice(0, 50));
    assert.equal(readFileSync(path, 'utf8'), text);
  }
  rmSync(path);
  mkdirSync(path, { mode: 0o700 });
  assert.match(faultAt(path), /is a folder, not a file\. Until that/);
  const other = made(newPlace());
  const link = newPlace();
  mkdirSync(join(link, '..'), { recursive: true });
  symlinkSync(path, link);
  assert.match(faultAt(link), /is a symbolic link, not a file/);
  assert.ok(!faultAt(link).includes(other));
});

test('ensureOperatorKey(): a folder that cannot be written is said', { skip: isRoot && 'root may write' }, () => {
  const path = newPlace();
  mkdirSync(join(path, '..'), { recursive: true });
  chmodSync(join(path, '..'), 0o500);
  assert.match(faultAt(path), /can't be written to \S+ \(permission denied \(EACCES\)\): make its folder writable/);
});

test('ensureOperatorKey(): a path below a file is no crash', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  assert.match(faultAt(join(file, 'operator-key')), /can't be (read|written)/);
});

test('replaceOperatorKey(): the new key is valid at once and the former one no longer, also after a damaged file', () => {
  const path = newPlace();
  const said: string[] = [];
  const former = made(path);
  const file = new SecretFile(path, OPERATOR_KEY, (sentence) => said.push(sentence));
  assert.ok(file.has(digestOf(former)));
  assert.equal(file.fault, null);
  const key = replaceOperatorKey(path);
  assert.notEqual(key, former);
  assert.deepEqual([file.has(digestOf(former)), file.has(digestOf(key))], [false, true]);
  writeFileSync(path, 'damaged');
  assert.deepEqual([file.has(digestOf(key)), file.has(digestOf('damaged'))], [false, false]);
  assert.match(file.fault ?? '', /is damaged/);
  const next = replaceOperatorKey(path);
  assert.deepEqual([file.has(digestOf(next)), file.fault], [true, null]);
  rmSync(path);
  assert.deepEqual([file.has(digestOf(next)), file.has(digestOf(''))], [false, false]);
  assert.match(file.fault ?? '', /is missing: run/);
  assert.equal(said.length, 2, 'each fault is said once');
  assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700);
  rmSync(join(path, '..'), { recursive: true });
  writeFileSync(join(path, '..'), '');
  assert.throws(() => replaceOperatorKey(path), { name: 'ConfigError', message: /can't be written to/ });
});

test('usesOperatorKey(): only where nobody has credentials and something can be done', () => {
  const uses = (environment: Record<string, string>) => usesOperatorKey(parseConfig(environment, '/'));
  assert.equal(uses({}), true);
  assert.equal(uses({ DASHBOARD_ALLOW_ANONYMOUS: '1', ACTIONS: 'locks' }), true);
  for (const environment of [
    { DASHBOARD_USERNAME: 'a', DASHBOARD_PASSWORD: 'b' },
    { DASHBOARD_TOKENS_FILE: '/none' },
    { ACTIONS: 'off' },
    { SWARM_BUNDLE: 'night.json' },
  ] as Record<string, string>[]) {
    assert.equal(uses(environment), false, JSON.stringify(environment));
  }
});

test('operatorLink(): the key is in the fragment, which no server gets, also under a base path', () => {
  assert.equal(operatorLink('http://127.0.0.1:8000', 'k_-1'), 'http://127.0.0.1:8000/#key=k_-1');
  assert.equal(operatorLink('http://[::1]:8000/team/swarm', 'k'), 'http://[::1]:8000/team/swarm#key=k');
});
