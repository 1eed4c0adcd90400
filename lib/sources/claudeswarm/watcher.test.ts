import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { appendFile, mkdir, mkdtemp, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { type FolderEvents, watchFolder } from '../folder-watch';
import { type Hint, SwarmWatcher } from './watcher';

let root: string;
let watcher: SwarmWatcher | null;
let hints: Hint[];
let arrivals: EventEmitter;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'watcher-'));
  hints = [];
  arrivals = new EventEmitter();
});
afterEach(async () => {
  await watcher?.close();
  await rm(root, { recursive: true, force: true });
});

function onHint(hint: Hint): void {
  hints.push(hint);
  arrivals.emit('hint');
}

/** Waits until the hints so far fulfil a condition, and drops them. */
async function hinted(holds: (hint: Hint) => boolean): Promise<void> {
  while (!hints.some(holds)) await once(arrivals, 'hint');
  hints = [];
}

const everything = (hint: Hint) => hint.registry && hint.log && hint.locks === 'all';
const allLocks = (hint: Hint) => hint.locks === 'all' && !hint.registry;
const namesLock = (name: string) => (hint: Hint) => hint.locks !== 'all' && hint.locks.has(name);

/** Ready when the first hints came, since a watch is set up asynchronously. */
async function watchRoot({ locks = true } = {}): Promise<SwarmWatcher> {
  if (locks) await mkdir(join(root, '.agent_locks'), { recursive: true });
  const ready = new Set<string>();
  watcher = new SwarmWatcher(root, onHint, {
    watchFolder: (folder, events) =>
      watchFolder(folder, {
        ...events,
        ready: () => {
          ready.add(folder);
          events.ready();
          arrivals.emit('ready');
        },
      }),
  });
  while (ready.size < (locks ? 2 : 1)) await once(arrivals, 'ready');
  await hinted(everything);
  return watcher;
}

test('onHint: each file of the swarm gives its hint, other files none', async () => {
  await watchRoot();
  await writeFile(join(root, 'unrelated.ts'), '');
  await writeFile(join(root, '.agent_locks', 'notes.txt'), '');
  await writeFile(join(root, 'tmp12345678'), '{}');
  await rename(join(root, 'tmp12345678'), join(root, 'ACTIVE_AGENTS.json'));
  await hinted((hint) => hint.registry && !hint.log);
  await appendFile(join(root, 'agent_messages.log'), '{}\n');
  await hinted((hint) => hint.log && !hint.registry);
  await rename(join(root, 'agent_messages.log'), join(root, 'agent_messages.log.old'));
  await hinted((hint) => hint.log);
  for (const name of ['TASKS.json', 'CONFLICT_LOG.json', 'PENDING_ACKS.json']) {
    await writeFile(join(root, name), '{}');
    await hinted((hint) => hint.stores && !hint.registry && !hint.log);
  }
  await writeFile(join(root, '.agent_locks', 'a.lock'), '{}');
  await hinted(namesLock('a.lock'));
  await unlink(join(root, '.agent_locks', 'a.lock'));
  await hinted(namesLock('a.lock'));
  await writeFile(join(root, 'unrelated.ts'), 'changed');
  await writeFile(join(root, '.agent_locks', 'b.lock'), '{}');
  while (!hints.some(namesLock('b.lock'))) await once(arrivals, 'hint');
  assert.ok(
    hints.every((hint) => !hint.registry && !hint.log && !hint.stores),
    'the unrelated file gave no hint',
  );
});

test('onHint: a file that is replaced repeatedly gives a hint each time', async () => {
  await watchRoot();
  for (let i = 0; i < 20; i++) {
    for (const twice of ['1', '2']) {
      await writeFile(join(root, `tmp${twice}`), String(i));
      await rename(join(root, `tmp${twice}`), join(root, 'ACTIVE_AGENTS.json'));
    }
    await hinted((hint) => hint.registry);
  }
});

test('onHint: many names in one turn come together, none is lost', async () => {
  await watchRoot();
  const names = Array.from({ length: 300 }, (_, i) => `${i}.lock`);
  await Promise.all(names.map((name) => writeFile(join(root, '.agent_locks', name), '{}')));
  const missing = new Set(names);
  while (missing.size > 0) {
    for (const { locks } of hints.splice(0)) for (const name of locks === 'all' ? names : locks) missing.delete(name);
    if (missing.size > 0) await once(arrivals, 'hint');
  }
});

test('reconcile(): the lock folder appears, vanishes and is created again', async () => {
  const swarm = await watchRoot({ locks: false });
  for (const name of ['a.lock', 'b.lock', 'c.lock']) {
    await mkdir(join(root, '.agent_locks'));
    await hinted(allLocks);
    // The event of the folder above starts the watch; whether it did shows when a name comes.
    const written = hinted(namesLock(name));
    const writing = setInterval(() => appendFile(join(root, '.agent_locks', name), ' ').catch(() => {}), 5);
    await written;
    clearInterval(writing);
    await rm(join(root, '.agent_locks'), { recursive: true, maxRetries: 3 });
    swarm.reconcile();
    await hinted(allLocks);
  }
});

test('reconcile(): alone finds a folder that was replaced', async () => {
  const swarm = await watchRoot();
  await mkdir(join(root, 'again'));
  await rename(join(root, '.agent_locks'), join(root, 'before'));
  await rename(join(root, 'again'), join(root, '.agent_locks'));
  swarm.reconcile();
  const writing = setInterval(() => appendFile(join(root, '.agent_locks', 'x.lock'), ' ').catch(() => {}), 5);
  await hinted(namesLock('x.lock'));
  clearInterval(writing);
});

test('reconcile(): the root is missing at first, vanishes and returns', async () => {
  const later = join(root, 'later');
  watcher = new SwarmWatcher(later, onHint);
  assert.deepEqual([watcher.status.state, watcher.status.mode], ['missing', 'polling']);
  assert.match(watcher.status.reason ?? '', /later is not there/);
  for (let i = 0; i < 2; i++) {
    await mkdir(later);
    watcher.reconcile();
    await hinted(everything);
    assert.deepEqual([watcher.status.state, watcher.status.reason, watcher.status.mode], ['ok', null, 'events']);
    await rm(later, { recursive: true });
    watcher.reconcile();
    await hinted(everything);
    assert.equal(watcher.status.state, 'missing');
  }
});

test('close(): no hint follows', async () => {
  const swarm = await watchRoot();
  await writeFile(join(root, 'ACTIVE_AGENTS.json'), '{}');
  await swarm.close();
  hints = [];
  await writeFile(join(root, 'ACTIVE_AGENTS.json'), '[]');
  swarm.reconcile();
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  assert.deepEqual(hints, []);
});

/** A replacement for the watches of the system, driven by a test. */
class FakeWatches {
  readonly started: { folder: string; events: FolderEvents; closed: boolean }[] = [];
  /** Thrown when a watch is started. */
  refusal: Error | null = null;

  readonly watchFolder = (folder: string, events: FolderEvents) => {
    if (this.refusal) throw this.refusal;
    const watch = { folder, events, closed: false };
    this.started.push(watch);
    return {
      close: async () => {
        watch.closed = true;
      },
    };
  };

  newest() {
    const watch = this.started.at(-1);
    assert.ok(watch);
    return watch;
  }
}

const systemError = (code: string) => Object.assign(new Error(`${code}: watch`), { code });

test('status: a fault of watching is reported with what to do, retried after 30 s, and ends when watching works', async () => {
  const fake = new FakeWatches();
  let now = 1_000_000;
  watcher = new SwarmWatcher(root, onHint, { watchFolder: fake.watchFolder, now: () => now });
  const failed = fake.newest();
  failed.events.fault(systemError('ENOSPC'));
  assert.equal(failed.closed, true);
  const { status } = watcher;
  assert.deepEqual([status.state, status.mode, status.since], ['degraded', 'polling', now]);
  assert.match(status.reason ?? '', /used up \(ENOSPC\).*raise fs\.inotify\.max_user_watches/);
  failed.events.changed('ACTIVE_AGENTS.json');
  now += 29_999;
  watcher.reconcile();
  assert.equal(fake.started.length, 1);
  now += 1;
  watcher.reconcile();
  watcher.reconcile();
  assert.equal(fake.started.length, 2);
  assert.equal(watcher.status, status, 'trying is no success yet');
  fake.newest().events.fault(systemError('EMFILE'));
  assert.match(watcher.status.reason ?? '', /\(EMFILE\).*max_user_instances/);
  assert.equal(watcher.status.since, status.since);
  now += 30_000;
  watcher.reconcile();
  fake.newest().events.ready();
  assert.deepEqual([watcher.status.state, watcher.status.reason, watcher.status.mode], ['ok', null, 'events']);
  await hinted(everything);
});

test('status: a watch that throws at its start is a fault too', () => {
  const fake = new FakeWatches();
  fake.refusal = Object.assign(systemError('EACCES'), { errno: -13 });
  watcher = new SwarmWatcher(root, onHint, { watchFolder: fake.watchFolder });
  assert.match(watcher.status.reason ?? '', /can't be watched, permission denied \(EACCES\)/);
});

test('onHint: hints of one turn are one, and an unknown name means all', async () => {
  const fake = new FakeWatches();
  await mkdir(join(root, '.agent_locks'));
  watcher = new SwarmWatcher(root, onHint, { watchFolder: fake.watchFolder });
  const [top, locks] = fake.started;
  assert.ok(top && locks);
  locks.events.changed('a.lock');
  locks.events.changed('b.lock');
  top.events.changed('agent_messages.log');
  await once(arrivals, 'hint');
  locks.events.changed('c.lock');
  locks.events.changed(null);
  locks.events.changed('d.lock');
  await once(arrivals, 'hint');
  assert.deepEqual(hints, [
    { registry: false, log: true, stores: false, locks: new Set(['a.lock', 'b.lock']) },
    { registry: false, log: false, stores: false, locks: 'all' },
  ]);
});
