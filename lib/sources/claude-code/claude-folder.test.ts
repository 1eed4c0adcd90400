import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReaderStatus } from '../source-status';
import { claudeCodeStatus } from './claude-folder';
import { ownPidDomain } from './session-process';

const fine: ReaderStatus = { state: 'ok', reason: null, since: 5, keptFrom: null, skipped: [] };

test('claudeCodeStatus(): the worst state with all reasons and everything that was skipped', () => {
  const skipped = [{ reason: 'a task is empty', count: 1, last: 'a/1.json' }];
  assert.deepEqual(claudeCodeStatus(fine, fine), fine);
  assert.deepEqual(claudeCodeStatus(fine, { ...fine, skipped }), { ...fine, skipped });
  const gone: ReaderStatus = { ...fine, state: 'missing', reason: 'It is gone.', since: 7, keptFrom: 6 };
  const unwatched: ReaderStatus = { ...fine, state: 'degraded', reason: 'No watch.', since: 9 };
  assert.deepEqual(claudeCodeStatus(gone, fine), gone);
  assert.deepEqual(claudeCodeStatus(gone, fine, unwatched), {
    ...{ state: 'degraded', reason: 'It is gone. No watch.', since: 9, keptFrom: 6, skipped: [] },
  });
});

test('ownPidDomain(): unknown where /proc does not say', () => {
  const proc = mkdtempSync(join(tmpdir(), 'proc-'));
  try {
    assert.equal(ownPidDomain(proc), null);
    mkdirSync(join(proc, 'self/ns'), { recursive: true });
    symlinkSync('pid:[7]', join(proc, 'self/ns/pid'));
    const domain = ownPidDomain(proc);
    assert.ok(domain === null || /^linux:[^:]+:pid:\[7\]$/.test(domain), String(domain));
  } finally {
    rmSync(proc, { recursive: true });
  }
});
