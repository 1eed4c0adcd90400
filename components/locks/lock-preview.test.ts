import assert from 'node:assert/strict';
import { test } from 'node:test';
import { previewLock } from '@/components/locks/lock-preview';
import type { Lock } from '@/lib/contract/schemas';

const NOW = Date.parse('2026-02-03T09:12:04Z');

function lock(filepath: string, agent_id: string, { stale = false, age = 10 } = {}): Lock {
  const acquired_at = new Date(NOW - age * 1000).toISOString();
  return {
    ...{ lock_file: `${filepath}.lock`, filepath, agent_id, reason: '', locked_at: 0, acquired_at, stale },
    ...{ orphaned: false, former_holder: null, conflicts_with: [], pattern: false, warnings: [], original: undefined },
  } as Lock;
}

const LOCKS = [
  lock('src/*', 'agent-2'),
  lock('docs/a.md', 'agent-1'),
  lock('lib/x.ts', 'agent-3', { stale: true, age: 4000 }),
];

function preview(path: string, agent = 'agent-1', timeoutSeconds: number | null = null, truncated = 0) {
  const found = previewLock({ locks: LOCKS, truncated }, { agent, path, timeoutSeconds }, NOW);
  const paths = (locks: readonly Lock[]) => locks.map(({ filepath }) => filepath);
  return {
    ...found,
    own: found.own?.filepath ?? null,
    conflicts: paths(found.conflicts),
    takenOver: paths(found.takenOver),
  };
}

test('previewLock(): locks of others on the path or on what overlaps it are in the way', () => {
  assert.deepEqual(preview('./src//app.ts').conflicts, ['src/*']);
  assert.equal(preview('./src//app.ts').path, 'src/app.ts');
  assert.deepEqual(preview('*').conflicts, ['src/*']);
  assert.deepEqual(preview('src/app.ts', 'agent-2').conflicts, []);
  assert.deepEqual(preview('docs/b.md').conflicts, []);
});

test('previewLock(): an own lock of exactly the path would be refreshed', () => {
  assert.equal(preview('docs/a.md').own, 'docs/a.md');
  assert.equal(preview('docs/*').own, null);
});

test('previewLock(): locks past the timeout would be taken over, by the timeout that is asked for', () => {
  assert.deepEqual(preview('lib/x.ts').takenOver, ['lib/x.ts']);
  assert.deepEqual(
    [preview('src/a.ts', 'agent-1', 5).takenOver, preview('src/a.ts', 'agent-1', 60).conflicts],
    [['src/*'], ['src/*']],
  );
});

test('previewLock(): says that it is not complete where locks are left off the list, or time is up', () => {
  assert.ok(preview('docs/b.md').complete);
  assert.ok(!preview('docs/b.md', 'agent-1', null, 1).complete);
  let clock = 0;
  const late = previewLock({ locks: LOCKS, truncated: 0 }, { agent: 'a', path: 'x', timeoutSeconds: null }, NOW, () => {
    clock += 1000;
    return clock;
  });
  assert.ok(!late.complete);
});
