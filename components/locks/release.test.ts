import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canReleaseAsHolder, holderOf, otherLocks, releasableLocks } from '@/components/locks/release';
import type { AgentsAnswer, AttentionEntry, Lock, LocksAnswer } from '@/lib/contract/schemas';

function lock(more: Partial<Lock> = {}): Lock {
  return {
    ...{ lock_file: 'a.lock', filepath: 'src/a.ts', agent_id: 'agent-1', reason: '', locked_at: 1, acquired_at: null },
    ...{ stale: false, orphaned: false, former_holder: null, conflicts_with: [], pattern: false, warnings: [] },
    ...more,
  } as Lock;
}

const REPLACED = { reason: 'replaced', since: null, now: null } as const;

test('canReleaseAsHolder(): only for a holder that is gone or past the timeout, and whose id nobody else has', () => {
  assert.equal(canReleaseAsHolder(lock()), false);
  assert.equal(canReleaseAsHolder(lock({ orphaned: null, stale: null })), false);
  assert.equal(canReleaseAsHolder(lock({ orphaned: true })), true);
  assert.equal(canReleaseAsHolder(lock({ stale: true })), true);
  assert.equal(canReleaseAsHolder(lock({ orphaned: true, former_holder: REPLACED })), false);
  for (const agent_id of ['two words', 7, '', '-a']) {
    assert.equal(canReleaseAsHolder(lock({ orphaned: true, agent_id })), false, String(agent_id));
  }
});

test('holderOf(): listed, departed, replaced by another process, or unknown', () => {
  const agents = { agents: [{ id: 'agent-1' }], departed: [{ id: 'agent-2' }] } as unknown as AgentsAnswer;
  assert.equal(holderOf(lock(), agents).kind, 'listed');
  assert.equal(holderOf(lock({ agent_id: 'agent-2' }), agents).kind, 'left');
  assert.equal(holderOf(lock({ former_holder: REPLACED }), agents).kind, 'replaced');
  assert.equal(holderOf(lock({ agent_id: 'agent-3' }), agents).kind, 'unknown');
});

test('otherLocks(): what else a holder has, and how many more than are listed', () => {
  const locks = [lock(), lock({ lock_file: 'b.lock' }), lock({ lock_file: 'c.lock', agent_id: 'agent-2' })];
  const answer = { locks, truncated: 0, holders: [] } as unknown as LocksAnswer;
  assert.deepEqual(otherLocks(lock(), answer), { listed: [locks[1]], more: 0 });
  const cut = { ...answer, truncated: 5, holders: [{ agent_id: 'agent-1', count: 6 }] };
  assert.equal(otherLocks(lock(), cut).more, 4);
  assert.equal(otherLocks(lock({ agent_id: 'agent-9' }), cut).more, null);
});

test('releasableLocks(): those of items about locks and about agents with locks', () => {
  const entry = (kind: string) => ({ kind, evidence: { locks: ['a.lock'] } }) as unknown as AttentionEntry;
  for (const kind of ['lock_orphaned', 'lock_stale', 'agent_dead']) {
    assert.deepEqual(releasableLocks(entry(kind)), ['a.lock']);
  }
  assert.deepEqual(releasableLocks(entry('question_unanswered')), []);
});
