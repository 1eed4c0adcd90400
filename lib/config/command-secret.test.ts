import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { commandSecret } from './command-secret';

const folder = mkdtempSync(join(tmpdir(), 'command-secret-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function secretAt(path: string) {
  const said: string[] = [];
  const secret = commandSecret(path, (sentence) => said.push(sentence));
  return { secret, said };
}

test('commandSecret(): created when it is first needed, for this user alone, and the same after a restart', () => {
  const path = join(folder, 'state', 'command-secret');
  const first = secretAt(path);
  assert.equal(statSync(path, { throwIfNoEntry: false }), undefined);
  const secret = first.secret();
  assert.match(secret, /^[A-Za-z0-9_-]{43}$/);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(readFileSync(path, 'utf8').trim(), secret);
  assert.deepEqual([first.secret(), secretAt(path).secret()], [secret, secret]);
  assert.deepEqual(first.said, []);
});

test('commandSecret(): a file that can not be used is kept, a sentence says so, and this process has its own', () => {
  const path = join(folder, 'read-by-others');
  writeFileSync(path, 'a'.repeat(43));
  chmodSync(path, 0o644);
  const open = secretAt(path);
  assert.notEqual(open.secret(), 'a'.repeat(43));
  assert.equal(open.secret(), open.secret());
  assert.equal(open.said.length, 1, 'said once');
  assert.match(
    open.said[0] ?? '',
    /^Other users may read the secret of commands \S+: remove it and restart the dashboard\. Until .* within one process\.$/,
  );
  assert.equal(readFileSync(path, 'utf8'), 'a'.repeat(43));
  const below = secretAt(join(path, 'command-secret'));
  assert.match(below.secret(), /^[A-Za-z0-9_-]{43}$/);
  assert.match(below.said[0] ?? '', /can't be (read|written)/);
});
