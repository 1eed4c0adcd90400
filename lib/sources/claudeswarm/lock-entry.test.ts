import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalizeLockPath } from '../../contract/lock-path';
import { lockFileName, parseLock } from './lock-entry';

test('normalizeLockPath(): normalises as PurePosixPath does', () => {
  const spellings: [string, string][] = [
    ['', '.'],
    ['.', '.'],
    ['./', '.'],
    ['/', '/'],
    ['//', '//'],
    ['//a', '//a'],
    ['///a', '/a'],
    ['/.', '/'],
    ['a//b/./c/', 'a/b/c'],
    ['./a', 'a'],
    ['a/..', 'a/..'],
    ['../x', '../x'],
    ['A\\b', 'A\\b'],
    [' a', ' a'],
  ];
  for (const [written, normal] of spellings) assert.equal(normalizeLockPath(written), normal, written);
});

test('lockFileName(): depends on the normalised path only', () => {
  const name = 'd3b242d4cf93fa8ecd067e9bd2d9dd2dd91a19c64d00c883fd496f52679b522c.lock';
  assert.equal(lockFileName('src/auth.py'), name);
  assert.equal(lockFileName('./src//auth.py'), name);
});

const filepath = 'src/auth.py';
const parse = (fields: object) => {
  const entry = parseLock(lockFileName(filepath), Buffer.from(JSON.stringify(fields)));
  assert.ok('fields' in entry);
  return entry;
};

test('parseLock(): a lock as the tool writes it has no warnings', () => {
  const fields = { agent_id: 'a', filepath, locked_at: 1770106433.087738, reason: '' };
  assert.deepEqual(parse(fields), {
    lock_file: lockFileName(filepath),
    fields,
    lockedAt: 1770106433087.738,
    warnings: [],
  });
});

test('parseLock(): warns of odd content and keeps as much as possible', () => {
  const good = { agent_id: 'a', filepath, locked_at: 5, reason: '' };
  assert.deepEqual(parse({ ...good, extra: 1 }).warnings, ['unknown_field']);
  assert.deepEqual(parse({ ...good, agent_id: null }).warnings, ['wrong_type']);
  assert.deepEqual(parse({ ...good, filepath: 'other' }).warnings, ['name_mismatch']);
  const empty = parse({});
  assert.deepEqual([empty.fields, empty.lockedAt, empty.warnings], [{ reason: '' }, null, ['missing_field']]);
});

test('parseLock(): reads locked_at as a number where it is one', () => {
  const read = (locked_at: unknown) => {
    const { fields, lockedAt } = parse({ agent_id: 'a', filepath, locked_at, reason: '' });
    return [fields.locked_at, lockedAt];
  };
  assert.deepEqual(read('1770106400.5'), [1770106400.5, 1770106400500]);
  assert.deepEqual(read(' 1e3 '), [1000, 1_000_000]);
  assert.deepEqual(read('0x10'), ['0x10', null]);
  assert.deepEqual(read(''), ['', null]);
  assert.deepEqual(read('soon'), ['soon', null]);
  assert.deepEqual(read(true), [true, null]);
  assert.deepEqual(read(null), [null, null]);
});

test('parseLock(): refuses a lock that is nested too deeply', () => {
  const deep = '['.repeat(20_000) + ']'.repeat(20_000);
  assert.deepEqual(parseLock('a.lock', Buffer.from(`{"filepath": ${deep}}`)), { error: 'nested too deeply' });
});
