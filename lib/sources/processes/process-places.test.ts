import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ProcPlaces } from './process-places';

const proc = mkdtempSync(join(tmpdir(), 'places-'));
after(() => rmSync(proc, { recursive: true }));

function process(pid: number, parent: number, environment = ''): void {
  mkdirSync(join(proc, String(pid)), { recursive: true });
  writeFileSync(join(proc, String(pid), 'stat'), `${pid} (odd) name) S ${parent} 1 1 0`);
  writeFileSync(join(proc, String(pid), 'environ'), environment);
}

test('ancestors(): the processes above one up to init, read again after 5 s or when asked to forget', () => {
  let now = 0;
  const places = new ProcPlaces(proc, () => now);
  process(10, 1);
  process(11, 10);
  process(12, 11);
  assert.deepEqual(places.ancestors(12), [11, 10]);
  process(12, 10);
  assert.deepEqual(places.ancestors(12), [11, 10]);
  now = 5000;
  assert.deepEqual(places.ancestors(12), [10]);
  process(12, 11);
  places.forget();
  assert.deepEqual(places.ancestors(12), [11, 10]);
});

test('ancestors(): nothing of a process that is gone, and an end where parents form a circle', () => {
  process(20, 21);
  process(21, 20);
  const places = new ProcPlaces(proc);
  assert.deepEqual(places.ancestors(999), []);
  assert.deepEqual(places.ancestors(20), [21, 20]);
});

test('tmuxServer(): the socket of TMUX alone, null without one or where it cannot be read', () => {
  process(30, 1, 'A=TMUX=/no\0TMUX=/tmp/tmux-0/default,44,3\0B=2');
  process(31, 1, 'NOTMUX=/x,1,2\0B=2');
  const places = new ProcPlaces(proc);
  assert.equal(places.tmuxServer(30), '/tmp/tmux-0/default');
  assert.equal(places.tmuxServer(31), null);
  assert.equal(places.tmuxServer(999), null);
});
