import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { ClaudeTestFolder, claudeExcerpt } from '../../../test/support/claude-folder';
import { type FolderEvents, watchFolder } from '../folder-watch';
import { type ClaudeHint, ClaudeWatcher } from './claude-watcher';

const TEAM = 'session-c690acef';

let folder: ClaudeTestFolder;
let watcher: ClaudeWatcher;
let hints: { kind: ClaudeHint; names: ReadonlySet<string> | null }[];
let ready: Set<string>;
let arrivals: EventEmitter;

beforeEach(() => {
  folder = new ClaudeTestFolder();
  hints = [];
  ready = new Set();
  arrivals = new EventEmitter();
});
afterEach(async () => {
  await watcher.close();
  folder.remove();
});

function watch(watchWith = watchFolder): void {
  const watched = (path: string, events: FolderEvents) =>
    watchWith(path, {
      ...events,
      ready: () => {
        ready.add(path.slice(folder.path.length + 1));
        events.ready();
        arrivals.emit('any');
      },
    });
  const onHint = (kind: ClaudeHint, names: ReadonlySet<string> | null) => {
    hints.push({ kind, names });
    arrivals.emit('any');
  };
  watcher = new ClaudeWatcher(folder.path, onHint, { watchFolder: watched });
}

async function isReady(...paths: string[]): Promise<void> {
  while (!paths.every((path) => ready.has(path))) await once(arrivals, 'any');
}

/** Waits for a hint, and drops those that came until then. */
async function hinted(kind: ClaudeHint, name: string | null = null): Promise<void> {
  const fits = (hint: (typeof hints)[number]) =>
    hint.kind === kind && (name === null ? hint.names === null : hint.names?.has(name) === true);
  while (!hints.some(fits)) await once(arrivals, 'any');
  hints = [];
}

test('onHint: a session gives its name; keys and other files give none', async () => {
  folder.write('sessions/1.json', '{}');
  watch();
  await isReady('sessions');
  await hinted('sessions');
  folder.write(`sessions/1.${'a'.repeat(64)}.key`, 'secret');
  folder.write('sessions/notes.json', '{}');
  folder.write('history.jsonl', '{}');
  folder.write('sessions/1.json', claudeExcerpt('sessions/busy.json'));
  while (hints.length === 0) await once(arrivals, 'any');
  for (const { kind, names } of hints) assert.deepEqual([kind, [...(names ?? [])]], ['sessions', ['1.json']]);
});

test('onHint: a new team is watched with its inboxes and tasks at once', async () => {
  mkdirSync(join(folder.path, 'teams'));
  mkdirSync(join(folder.path, 'tasks'));
  watch();
  await isReady('teams');
  await hinted('teams');
  folder.write(`teams/${TEAM}/config.json`, claudeExcerpt('teams/tmux.json'));
  await hinted('teams');
  await isReady(`teams/${TEAM}`);
  await hinted('teams');
  folder.write(`teams/${TEAM}/inboxes/tester.json`, '[]');
  await hinted('teams');
  await isReady(`teams/${TEAM}/inboxes`);
  await hinted('teams');
  folder.write('message.json', claudeExcerpt('teams/inbox.json'));
  renameSync(join(folder.path, 'message.json'), join(folder.path, `teams/${TEAM}/inboxes/tester.json`));
  await hinted('teams');
  mkdirSync(join(folder.path, 'tasks', TEAM));
  watcher.reconcile();
  await isReady(`tasks/${TEAM}`);
  await hinted('tasks');
  folder.write(`tasks/${TEAM}/1.json`, '{}');
  await hinted('tasks');
});

test('reconcile(): watches folders that appear later, and forgets teams that are gone', async () => {
  watch();
  folder.write('sessions/1.json', '{}');
  folder.write(`teams/${TEAM}/config.json`, '{}');
  watcher.reconcile();
  await isReady('sessions', 'teams', `teams/${TEAM}`);
  hints = [];
  renameSync(join(folder.path, 'teams', TEAM), join(folder.path, 'teams', `${TEAM}.deleted-1`));
  watcher.reconcile();
  ready.clear();
  hints = [];
  renameSync(join(folder.path, 'teams', `${TEAM}.deleted-1`), join(folder.path, 'teams', TEAM));
  watcher.reconcile();
  await isReady(`teams/${TEAM}`);
});

test('status: a folder that cannot be watched says so', () => {
  folder.write('sessions/1.json', '{}');
  watch(() => {
    throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  });
  assert.equal(watcher.status.state, 'degraded');
  assert.match(watcher.status.reason ?? '', /raise fs\.inotify\.max_user_watches/);
});
