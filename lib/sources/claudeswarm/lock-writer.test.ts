import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { scratchFolder } from '../../../test/support/scratch-folder';
import type { LockEntry } from './lock-entry';
import { lockFileName } from './lock-entry';
import { LockFiles, type LockReading } from './lock-files';
import { type Acquired, LockWriter } from './lock-writer';
import { LOCKS_FOLDER } from './locks';
import { lockText } from './written-form';

const STALE_SECONDS = 300;
const HOUR_MS = 3_600_000;

let root: string;
let folder: string;
let writer: LockWriter;

beforeEach(() => {
  root = scratchFolder('lock-writer-');
  folder = join(root, LOCKS_FOLDER);
  writer = new LockWriter(root, { confirmDelayMs: 1 });
});

function fileOf(filepath: string): string {
  return join(folder, lockFileName(filepath));
}

/** Writes a lock as another process would have. */
function held(filepath: string, agentId: string, ageMs = 0, reason = ''): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(filepath), lockText({ agentId, filepath, reason, now: Date.now() - ageMs }));
}

/** Writes text as a lock file, old enough to be nothing that is still being written. */
function settled(name: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  utimesSync(join(folder, name), new Date(0), new Date(0));
}

function acquire(filepath: string, agentId = 'agent-1', reason = ''): Promise<Acquired> {
  return writer.acquire({ agentId, filepath, reason, staleSeconds: STALE_SECONDS });
}

function holderOf(filepath: string): string | null {
  return existsSync(fileOf(filepath)) ? JSON.parse(readFileSync(fileOf(filepath), 'utf8')).agent_id : null;
}

function paths(entries: readonly LockEntry[]): unknown[] {
  return entries.map(({ fields }) => fields.filepath).sort();
}

test('acquire(): creates the folder and one complete file, exactly as the tool writes it', async () => {
  const acquired = await acquire('./src//app.ts', 'agent-1', 'rounding');
  assert.equal(acquired.outcome, 'acquired');
  assert.deepEqual(readdirSync(folder), [lockFileName('src/app.ts')]);
  const text = readFileSync(fileOf('src/app.ts'), 'utf8');
  const { locked_at } = JSON.parse(text);
  assert.equal(
    text,
    lockText({ agentId: 'agent-1', filepath: 'src/app.ts', reason: 'rounding', now: locked_at * 1000 }),
  );
});

test('acquire(): refreshes the own lock with a new time and reason, also to an empty one', async () => {
  held('src/app.ts', 'agent-1', HOUR_MS, 'before');
  const acquired = await acquire('src/app.ts');
  assert.equal(acquired.outcome, 'refreshed');
  const { locked_at, reason } = JSON.parse(readFileSync(fileOf('src/app.ts'), 'utf8'));
  assert.ok(Date.now() / 1000 - locked_at < 60);
  assert.equal(reason, '');
  assert.equal(readdirSync(folder).length, 1);
});

test('acquire(): a lock of another agent, on the path or on what overlaps it, is a conflict and stays', async () => {
  held('src/*', 'agent-2');
  held('src/app.ts', 'agent-3');
  held('docs/*', 'agent-2');
  const exact = await acquire('src/app.ts');
  assert.ok(exact.outcome === 'conflict');
  assert.deepEqual(paths(exact.conflicts), ['src/app.ts']);
  const matched = await acquire('src/deep/x.ts');
  assert.ok(matched.outcome === 'conflict');
  assert.deepEqual(paths(matched.conflicts), ['src/*']);
  const matching = await acquire('s*');
  assert.ok(matching.outcome === 'conflict');
  assert.deepEqual(paths(matching.conflicts), ['src/*', 'src/app.ts']);
  assert.equal(readdirSync(folder).length, 3);
});

test('acquire(): own locks that overlap are no conflict', async () => {
  held('src/*', 'agent-1');
  assert.equal((await acquire('src/app.ts')).outcome, 'acquired');
});

test('acquire(): takes over locks past the timeout that are in the way, and leaves all others', async () => {
  held('src/app.ts', 'agent-2', HOUR_MS);
  held('src/*', 'agent-3', HOUR_MS);
  held('docs/a.md', 'agent-3', HOUR_MS);
  const acquired = await acquire('src/app.ts');
  assert.ok(acquired.outcome === 'acquired');
  assert.deepEqual(paths(acquired.replaced), ['src/*', 'src/app.ts']);
  assert.deepEqual([holderOf('src/app.ts'), holderOf('src/*'), holderOf('docs/a.md')], ['agent-1', null, 'agent-3']);
});

test('acquire(): beside a lock that is in the way, no lock past the timeout is removed', async () => {
  held('src/app.ts', 'agent-2', HOUR_MS);
  held('src/*', 'agent-3');
  assert.equal((await acquire('src/app.ts')).outcome, 'conflict');
  assert.equal(holderOf('src/app.ts'), 'agent-2');
});

test('acquire(): a time in the future never passes the timeout', async () => {
  held('src/app.ts', 'agent-2', -HOUR_MS);
  assert.equal((await acquire('src/app.ts')).outcome, 'conflict');
});

for (const text of ['', '{"agent_id": "agent', '[]', 'x']) {
  test(`acquire(): a lock file that contains ${JSON.stringify(text)} is a conflict and is never deleted`, async () => {
    settled(lockFileName('src/app.ts'), text);
    const acquired = await acquire('src/app.ts');
    assert.ok(acquired.outcome === 'conflict');
    assert.equal(acquired.unreadable?.lock_file, lockFileName('src/app.ts'));
    assert.equal(readFileSync(fileOf('src/app.ts'), 'utf8'), text);
  });
}

test('acquire(): waits for a lock file that is still being written, on the path and on what overlaps it', async () => {
  for (const [wanted, other] of [
    ['src/a.ts', 'src/a.ts'],
    ['src/b.ts', 'src/*'],
  ] as const) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(fileOf(other), '');
    const acquiring = acquire(wanted);
    // It has begun to wait after a few turns of the event loop; whenever that is, the content counts.
    await new Promise(setImmediate);
    held(other, 'agent-2');
    const acquired = await acquiring;
    assert.ok(acquired.outcome === 'conflict', wanted);
    assert.deepEqual(paths(acquired.conflicts), [other]);
  }
});

test('acquire(): a lock that appears after the folder was read is found, and the own one is withdrawn', async () => {
  // As the tool does it: its process has looked for overlaps before, and creates its lock now.
  const late = new LockWriter(root, { confirmDelayMs: 300 });
  const acquiring = late.acquire({
    agentId: 'agent-1',
    filepath: 'src/app.ts',
    reason: '',
    staleSeconds: STALE_SECONDS,
  });
  while (!existsSync(fileOf('src/app.ts'))) await new Promise(setImmediate);
  held('src/*', 'agent-2');
  const acquired = await acquiring;
  assert.ok(acquired.outcome === 'conflict');
  assert.deepEqual(paths(acquired.conflicts), ['src/*']);
  assert.equal(holderOf('src/app.ts'), null);
});

test('acquire(): a lock that is deleted before it was confirmed is acquired again or refused, never claimed', async () => {
  const late = new LockWriter(root, { confirmDelayMs: 300 });
  const acquiring = late.acquire({
    agentId: 'agent-1',
    filepath: 'src/app.ts',
    reason: '',
    staleSeconds: STALE_SECONDS,
  });
  while (!existsSync(fileOf('src/app.ts'))) await new Promise(setImmediate);
  unlinkSync(fileOf('src/app.ts'));
  held('src/app.ts', 'agent-2');
  assert.equal((await acquiring).outcome, 'conflict');
  assert.equal(holderOf('src/app.ts'), 'agent-2');
});

test('acquire(): of two overlapping paths at the same time at most one is acquired, and nothing is left of the other', async () => {
  for (let round = 0; round < 20; round++) {
    const writers = [new LockWriter(root, { confirmDelayMs: 2 }), new LockWriter(root, { confirmDelayMs: 2 })];
    const wanted = ['src/*', 'src/a.ts'];
    const outcomes = await Promise.all(
      writers.map((one, index) =>
        one.acquire({ agentId: `agent-${index}`, filepath: wanted[index] as string, reason: '', staleSeconds: 300 }),
      ),
    );
    const acquired = outcomes.filter(({ outcome }) => outcome === 'acquired');
    assert.ok(acquired.length <= 1);
    assert.equal(readdirSync(folder).length, acquired.length);
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
  }
});

test('release(): removes the own lock, says what was not held, and leaves that of another agent', async () => {
  held('src/app.ts', 'agent-1');
  held('src/b.ts', 'agent-2');
  assert.deepEqual(await writer.release('agent-1', 'src//app.ts'), { outcome: 'released' });
  assert.deepEqual(await writer.release('agent-1', 'src/app.ts'), { outcome: 'not_held' });
  assert.equal((await writer.release('agent-1', 'src/b.ts')).outcome, 'held_by_other');
  assert.deepEqual(readdirSync(folder), [lockFileName('src/b.ts')]);
});

test('release(): a file that can’t be read is left, and is not reported as released', async () => {
  settled(lockFileName('src/app.ts'), 'x');
  assert.equal((await writer.release('agent-1', 'src/app.ts')).outcome, 'held_by_other');
  assert.equal(readFileSync(fileOf('src/app.ts'), 'utf8'), 'x');
});

test('removeSeen(): removes exactly what was seen', async () => {
  held('src/app.ts', 'agent-1', 5000);
  const name = lockFileName('src/app.ts');
  const { agent_id, locked_at } = JSON.parse(readFileSync(fileOf('src/app.ts'), 'utf8'));
  for (const other of [{ agent_id, locked_at: locked_at + 1 }, { agent_id: 'agent-2', locked_at }, null]) {
    assert.equal((await writer.removeSeen(name, other)).outcome, 'held_by_other');
  }
  assert.deepEqual(await writer.removeSeen(name, { agent_id, locked_at }), { outcome: 'released' });
  assert.deepEqual(await writer.removeSeen(name, { agent_id, locked_at }), { outcome: 'not_held' });
});

test('removeSeen(): with null removes a file without a lock, unless it may still be written', async () => {
  settled('odd.lock', 'x');
  assert.deepEqual(await writer.removeSeen('odd.lock', null), { outcome: 'released' });
  writeFileSync(join(folder, 'new.lock'), '');
  assert.equal((await writer.removeSeen('new.lock', null)).outcome, 'held_by_other');
  assert.deepEqual(readdirSync(folder), ['new.lock']);
});

test('removeSeen(): a folder and a link are no locks; what a link leads to is left', async () => {
  mkdirSync(join(folder, 'folder.lock'), { recursive: true });
  await assert.rejects(writer.removeSeen('folder.lock', null));
  const target = join(root, 'precious');
  writeFileSync(target, 'kept');
  symlinkSync(target, join(folder, 'link.lock'));
  assert.deepEqual(await writer.removeSeen('link.lock', null), { outcome: 'released' });
  assert.equal(readFileSync(target, 'utf8'), 'kept');
  assert.deepEqual(readdirSync(folder), ['folder.lock']);
});

test('findStale(), removeAll(): all past the timeout, whoever holds them, and only what has not changed', async () => {
  held('src/a.ts', 'agent-1', HOUR_MS);
  held('src/b.ts', 'agent-2', HOUR_MS);
  held('src/c.ts', 'agent-2');
  settled('odd.lock', 'x');
  const stale = await writer.findStale(STALE_SECONDS);
  assert.deepEqual(paths(stale), ['src/a.ts', 'src/b.ts']);
  assert.equal(readdirSync(folder).length, 4);
  held('src/b.ts', 'agent-2');
  const { removed, kept } = await writer.removeAll(stale);
  assert.deepEqual([removed, paths(kept)], [1, ['src/b.ts']]);
  assert.deepEqual([holderOf('src/a.ts'), holderOf('src/b.ts'), holderOf('src/c.ts')], [null, 'agent-2', 'agent-2']);
  assert.equal(readdirSync(folder).length, 3);
  assert.deepEqual(await writer.removeAll(stale.slice(0, 1)), { removed: 0, kept: [] }, 'it is gone already');
});

test('acquire(): a root that does not exist is not created; a file system that refuses is an error', async () => {
  const gone = new LockWriter(join(root, 'gone'));
  await assert.rejects(gone.acquire({ agentId: 'a', filepath: 'x', reason: '', staleSeconds: 1 }), { code: 'ENOENT' });
  assert.ok(!existsSync(join(root, 'gone')));
  if (process.getuid?.() === 0) return;
  mkdirSync(folder);
  chmodSync(folder, 0o555);
  await assert.rejects(acquire('src/app.ts'), { code: 'EACCES' });
  chmodSync(folder, 0o755);
  assert.deepEqual(readdirSync(folder), []);
});

const lockOf = (agentId: string) => (reading: LockReading) =>
  reading.kind === 'lock' && reading.entry.fields.agent_id === agentId;

for (const exchange of ['exchanged', 'unsupported'] as const) {
  test(`LockFiles: a lock that is replaced while it is removed or refreshed goes back (exchange ${exchange})`, async () => {
    const { fileExchange } = await import('../../platform/exchange-files');
    const real = await fileExchange();
    const files = new LockFiles(root, exchange === 'exchanged' ? real : () => 'unsupported');
    const name = lockFileName('src/app.ts');
    /** Sees the lock of agent-1 at first, while agent-2 takes it over. */
    const outrun = () => {
      let seen = 0;
      held('src/app.ts', 'agent-1');
      return (reading: LockReading) => {
        if (seen++ > 0) return lockOf('agent-1')(reading);
        rmSync(fileOf('src/app.ts'));
        held('src/app.ts', 'agent-2');
        return true;
      };
    };
    const removed = files.remove(name, outrun());
    assert.ok(removed.kind === 'changed' && !removed.lost);
    assert.equal(holderOf('src/app.ts'), 'agent-2');
    const text = lockText({ agentId: 'agent-1', filepath: 'src/app.ts', reason: '', now: Date.now() });
    const replaced = files.replace(name, text, outrun());
    assert.ok(replaced.kind === 'changed' && !replaced.lost);
    assert.equal(holderOf('src/app.ts'), 'agent-2');
    assert.deepEqual(readdirSync(folder), [name]);
  });
}

test('LockFiles: a refresh never leaves the name missing where the system can exchange files', async () => {
  const { fileExchange } = await import('../../platform/exchange-files');
  const real = await fileExchange();
  let namedAll = true;
  const watched: typeof real = (one, other) => {
    const outcome = real(one, other);
    namedAll &&= existsSync(other);
    return outcome;
  };
  held('src/app.ts', 'agent-1');
  const text = lockText({ agentId: 'agent-1', filepath: 'src/app.ts', reason: 'new', now: Date.now() });
  const change = new LockFiles(root, watched).replace(lockFileName('src/app.ts'), text, lockOf('agent-1'));
  assert.equal(change.kind, 'done');
  assert.ok(namedAll);
  assert.equal(readFileSync(fileOf('src/app.ts'), 'utf8'), text);
});
