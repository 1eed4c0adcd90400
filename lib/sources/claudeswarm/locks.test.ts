import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { describeLocks } from '../../../test/support/described-locks';
import { samples } from '../../../test/support/samples';
import { lockFileName } from './lock-entry';
import { LOCKS_FOLDER, LocksReader } from './locks';

let root: string;
let folder: string;
let now: number;
const clock = () => now;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'locks-'));
  folder = join(root, LOCKS_FOLDER);
  now = Date.now();
});
afterEach(() => rm(root, { recursive: true }));

const lockText = (filepath: string, agent = 'a') =>
  JSON.stringify({ agent_id: agent, filepath, locked_at: 1770106400.5, reason: '' });

async function write(filepath: string, text = lockText(filepath)): Promise<string> {
  await mkdir(folder, { recursive: true });
  const name = lockFileName(filepath);
  await writeFile(join(folder, name), text);
  return name;
}

const pathsOf = ({ locks }: LocksReader) => locks.map(({ fields }) => fields.filepath).sort();

/** A look after the time in which stamps may be too coarse, so that only what a reader knows decides. */
function laterRefresh(reader: LocksReader, changed: ReadonlySet<string> | 'all' = 'all') {
  now += 500;
  return reader.refresh(changed);
}

const DEGRADED = new Set(['byte_order_mark', 'invalid_utf8', 'missing_field', 'unknown_field', 'wrong_type']);

for (const { name, root: sampleRoot, expected } of samples()) {
  test(`sample ${name}`, async () => {
    // A copy is as young as the checkout: what can't be read there must have had its time.
    now += 10_000;
    const reader = new LocksReader(sampleRoot, clock);
    await reader.refresh('all');
    now += 1000;
    await reader.refresh('all');
    assert.equal(reader.status.state, expected.lock_count + expected.locks_unreadable.length > 0 ? 'ok' : 'missing');
    assert.deepEqual(reader.unreadable, expected.locks_unreadable);
    assert.equal(
      reader.status.skipped.reduce((sum, { count }) => sum + count, 0),
      expected.locks_unreadable.length,
    );
    const locks = describeLocks(reader.locks, {
      holders: { of: () => ({ orphaned: null, former: null }) },
      staleTimeoutSeconds: expected.lock_stale_timeout_seconds,
      now: expected.evaluated_at_epoch * 1000,
    });
    assert.deepEqual(
      locks.map(({ lock_file, agent_id, filepath, locked_at, reason, stale, pattern, warnings }) => ({
        ...{ lock_file, agent_id, filepath, locked_at, reason, stale },
        degraded: warnings.some((warning) => DEGRADED.has(warning)),
        name_mismatch: warnings.includes('name_mismatch'),
        in_future: warnings.includes('in_future'),
        glob_characters: pattern,
      })),
      expected.locks.map(({ age_seconds: _, ...lock }) => ({
        ...{ degraded: false, name_mismatch: false, in_future: false, glob_characters: false },
        ...lock,
      })),
    );
  });
}

test('made, changed, released: each is seen by its name alone', async () => {
  const reader = new LocksReader(root, clock);
  const a = await write('a');
  assert.equal(await reader.refresh(new Set([a])), true);
  const b = await write('b');
  assert.equal(await laterRefresh(reader, new Set()), true, 'what is new is read without a hint');
  assert.deepEqual(pathsOf(reader), ['a', 'b']);
  assert.deepEqual(
    reader.locks.map(({ lock_file }) => lock_file),
    [a, b].sort(),
  );
  await write('a', lockText('a', 'other'));
  assert.equal(await laterRefresh(reader, new Set([b])), false, 'no hint, no look');
  assert.equal(await laterRefresh(reader, new Set([a])), true);
  assert.equal(reader.locks.find(({ lock_file }) => lock_file === a)?.fields.agent_id, 'other');
  await unlink(join(folder, a));
  assert.equal(await laterRefresh(reader, new Set()), true);
  assert.deepEqual(pathsOf(reader), ['b']);
  assert.equal(await laterRefresh(reader), false);
});

test('only regular files that end in .lock are locks', async () => {
  const reader = new LocksReader(root, clock);
  const name = await write('real');
  await writeFile(join(root, 'outside'), lockText('secret'));
  await symlink(join(root, 'outside'), join(folder, 'link.lock'));
  await mkdir(join(folder, 'folder.lock'));
  await writeFile(join(folder, `${name}.tmp`), lockText('temporary'));
  await writeFile(join(folder, 'tmpk3x_9a2b'), '');
  execFileSync('mkfifo', [join(folder, 'pipe.lock')]);
  await reader.refresh('all');
  await laterRefresh(reader);
  now += 2000;
  await reader.refresh('all');
  assert.deepEqual([pathsOf(reader), reader.unreadable, reader.status.skipped], [['real'], [], []]);
});

test('a lock that becomes a link is gone', async () => {
  const name = await write('a');
  const reader = new LocksReader(root, clock);
  await reader.refresh('all');
  await rename(join(folder, name), join(root, 'outside'));
  await symlink(join(root, 'outside'), join(folder, name));
  assert.equal(await laterRefresh(reader), true);
  assert.deepEqual(reader.locks, []);
});

test('a lock that is being rewritten stays for a second, then it is unreadable', async () => {
  const name = await write('a');
  const reader = new LocksReader(root, clock);
  await reader.refresh('all');
  await write('a', '');
  await reader.refresh('all');
  assert.deepEqual([pathsOf(reader), reader.unreadable], [['a'], []]);
  await write('a', '{"agent_id":');
  now += 999;
  await reader.refresh(new Set());
  assert.deepEqual([pathsOf(reader), reader.unreadable], [['a'], []]);
  now += 1;
  assert.equal(await reader.refresh(new Set()), true);
  assert.deepEqual([pathsOf(reader), reader.unreadable, reader.status.state], [[], [name], 'ok']);
  assert.deepEqual(reader.status.skipped, [{ reason: 'invalid JSON', count: 1, last: name }]);
  await write('a');
  await laterRefresh(reader, new Set([name]));
  assert.deepEqual([pathsOf(reader), reader.unreadable, reader.status.skipped], [['a'], [], []]);
});

test('a new lock that is empty yet is not called unreadable at once', async () => {
  const reader = new LocksReader(root, clock);
  const name = await write('a', '');
  await reader.refresh('all');
  assert.deepEqual([pathsOf(reader), reader.unreadable], [[], []]);
  await write('a');
  await reader.refresh(new Set());
  assert.deepEqual(pathsOf(reader), ['a']);
  const other = await write('b', '');
  now += 2000;
  await reader.refresh(new Set());
  assert.deepEqual([pathsOf(reader), reader.unreadable], [['a'], [other]]);
  assert.notEqual(name, other);
});

test('more than 64 KB are no lock', async () => {
  const name = await write('a', lockText('a'.repeat(70_000)));
  const reader = new LocksReader(root, clock);
  await reader.refresh('all');
  assert.deepEqual(reader.unreadable, [name]);
});

test('a lock without rights is unreadable alone', {
  skip: process.getuid?.() === 0 && 'root may read everything',
}, async () => {
  const name = await write('a');
  await write('b');
  await chmod(join(folder, name), 0);
  const reader = new LocksReader(root, clock);
  await reader.refresh('all');
  assert.deepEqual([pathsOf(reader), reader.unreadable], [['b'], [name]]);
});

test('the folder vanishes, comes back, is a file, is a folder again', async () => {
  await write('a');
  const reader = new LocksReader(root, clock);
  await reader.refresh('all');
  await rm(folder, { recursive: true });
  assert.equal(await reader.refresh('all'), false, 'a short hole is not seen');
  now += 200;
  assert.equal(await reader.refresh('all'), true);
  assert.deepEqual([pathsOf(reader), reader.status.state], [['a'], 'missing'], 'the locks in it stay');
  assert.equal(reader.status.keptFrom, now - 200);
  assert.match(reader.status.reason ?? '', /was there until .*; it is gone\. The locks that were in it are shown\./);
  assert.equal(await laterRefresh(reader), false);
  await write('b');
  assert.equal(await reader.refresh(new Set()), true);
  assert.deepEqual([pathsOf(reader), reader.status.state, reader.status.keptFrom], [['b'], 'ok', null]);
  await rm(folder, { recursive: true });
  await writeFile(folder, '');
  assert.equal(await laterRefresh(reader), true);
  assert.deepEqual([pathsOf(reader), reader.status.state], [['b'], 'unreadable']);
  assert.match(reader.status.reason ?? '', /\.agent_locks is a file, not a folder; the locks known before are shown/);
  await unlink(folder);
  await write('c');
  assert.equal(await laterRefresh(reader, new Set()), true);
  assert.deepEqual([pathsOf(reader), reader.status.state], [['c'], 'ok']);
});

test('in a folder that was made again every file is read, also under a known name', async () => {
  await write('a');
  await write('b');
  const reader = new LocksReader(root, clock);
  await reader.refresh('all');
  await mkdir(join(root, 'again'));
  const name = lockFileName('a');
  await writeFile(join(root, 'again', name), lockText('a', 'other'));
  await rm(folder, { recursive: true });
  await rename(join(root, 'again'), folder);
  assert.equal(await laterRefresh(reader, new Set()), true);
  assert.deepEqual(
    reader.locks.map(({ fields }) => fields.agent_id),
    ['other'],
  );
});

test('looks that overlap wait for one another, and the last one is right', async () => {
  await mkdir(folder);
  const names = Array.from({ length: 450 }, (_, i) => `path-${i}`);
  await Promise.all(names.map((name) => write(name)));
  const reader = new LocksReader(root, clock);
  const first = reader.refresh('all');
  await Promise.all(names.slice(0, 50).map((name) => unlink(join(folder, lockFileName(name)))));
  const [, last] = await Promise.all([first, reader.refresh('all'), reader.refresh(new Set())]);
  assert.equal(typeof last, 'boolean');
  assert.deepEqual(pathsOf(reader), names.slice(50).sort());
});

test('refresh(): an empty folder means no locks, and one that vanished empty is said to have held none', async () => {
  await write('a');
  const reader = new LocksReader(root, clock);
  await reader.refresh('all');
  await unlink(join(folder, lockFileName('a')));
  await reader.refresh('all');
  assert.deepEqual([reader.locks, reader.status.state], [[], 'ok']);
  await rm(folder, { recursive: true });
  await reader.refresh('all');
  await laterRefresh(reader);
  assert.deepEqual([reader.locks, reader.status.state, reader.status.keptFrom], [[], 'missing', null]);
  assert.match(reader.status.reason ?? '', /it is gone\. It held no lock\./);
});

test('refresh(): in a large folder a change takes a look at that file alone, and a look at all finds what was missed', async () => {
  const names = Array.from({ length: 2100 }, (_, index) => `path-${index}`);
  for (const name of names) await write(name);
  const reader = new LocksReader(root, clock);
  await reader.refresh('all');
  assert.equal(reader.locks.length, 2100);
  const before = reader.locks;
  const name = await write('one-more');
  const missed = await write('missed');
  await unlink(join(folder, lockFileName('path-7')));
  assert.equal(await laterRefresh(reader, new Set([name])), true);
  assert.equal(reader.locks.length, 2101);
  assert.equal(reader.locks.filter((lock) => before.includes(lock)).length, 2100, 'the others are the same objects');
  assert.equal(await laterRefresh(reader), true);
  assert.deepEqual(pathsOf(reader), [...names.filter((path) => path !== 'path-7'), 'missed', 'one-more'].sort());
  assert.ok(reader.locks.some(({ lock_file }) => lock_file === missed));
  await rm(folder, { recursive: true });
  await laterRefresh(reader, new Set([name]));
  now += 500;
  await reader.refresh('all');
  assert.deepEqual(
    [reader.locks.length, reader.status.state],
    [2101, 'missing'],
    'a folder that vanished released nothing',
  );
});
