import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  agentWith,
  ago,
  entriesFor,
  kindsFor,
  lockOn,
  MINUTE,
  NOW,
  onlyEntryFor,
  SECOND,
} from '../../test/support/attention-fixtures';
import type { GitChange, GitFolder } from '../contract/git-schemas';
import type { AttentionFacts } from './attention-facts';
import { DeadlineClock } from './deadline-clock';

const change = (path: string, changed_at: string | null = ago(30 * SECOND)): GitChange => ({
  ...{ path, from: null, kind: 'changed', staged: null, unstaged: 'M', changed_at },
});

function folder(more: Partial<GitFolder> = {}): GitFolder {
  return {
    top: '/srv/side',
    agents: [{ id: 'agent-2', folder: '/srv/side' }],
    place: 'worktree',
    ...{ state: 'ok', reason: null, read_at: ago(10 * SECOND), branch: 'side', is_linked: true, upstream: null },
    ...{ ahead: null, behind: null, commit: null, changes: [change('src/a.ts')], change_count: 1, left_off: 0 },
    filters: [],
    ...more,
  };
}

/** Where the holder of the locks works, unless a test says where. */
const own = (agents: string[] = ['agent-1']): GitFolder => {
  return folder({ top: '/srv', agents: agents.map((id) => ({ id, folder: '/srv' })), place: 'root', changes: [] });
};

/** The agents are there, so that locks are not orphaned. */
const facts = (folders: GitFolder[], locks: AttentionFacts['locks'], below = ''): Partial<AttentionFacts> => ({
  agents: ['agent-1', 'agent-2', 'agent-3'].map((id) => agentWith(id, 'active')),
  locks,
  git: { folders: [own(), ...folders], below },
});

test('unlockedChangeItems(): a file written under the lock of another agent is a notice with its evidence', () => {
  const entry = onlyEntryFor(facts([folder()], [lockOn('src/a.ts')]));
  assert.deepEqual(
    [entry.id, entry.severity, entry.since],
    ['unlocked_change:src/a.ts.lock:/srv/side', 'notice', ago(30 * SECOND)],
  );
  assert.equal(
    entry.reason,
    'src/a.ts was changed in the folder of agent-2, which has no lock on it, while agent-1 has one.',
  );
  assert.deepEqual(entry.why.facts, [
    `src/a.ts was written at ${ago(30 * SECOND)} in /srv/side/.`,
    `agent-1 took src/a.ts at ${ago(MINUTE)}.`,
    `Git was asked at ${ago(10 * SECOND)}; the branch is side.`,
  ]);
  assert.deepEqual(entry.evidence, {
    ...{ agents: ['agent-2', 'agent-1'], locks: ['src/a.ts.lock'], messages: [], sources: [] },
  });
});

test('unlockedChangeItems(): of several agents in one folder nobody is named as the one who changed it', () => {
  const both = folder({ agents: ['agent-2', 'agent-3'].map((id) => ({ id, folder: '/srv/side' })) });
  const entry = onlyEntryFor(facts([both], [lockOn('src/*')]));
  assert.equal(
    entry.reason,
    'src/a.ts was changed in the folder of agent-2 and agent-3, none of which has a lock on it, while agent-1 has one.',
  );
  assert.ok(entry.why.facts.includes('Which of agent-2 and agent-3 changed it is not known.'));
  const owned = [lockOn('src/*'), lockOn('src/a.ts', { agent_id: 'agent-3', lock_file: 'own.lock' })];
  assert.deepEqual(kindsFor(facts([both], owned)), [], 'it may be the one that has the lock');
  const holder = folder({ agents: ['agent-1', 'agent-2'].map((id) => ({ id, folder: '/srv/side' })) });
  assert.deepEqual(kindsFor(facts([holder], [lockOn('src/a.ts')])), []);
});

test('unlockedChangeItems(): nothing is concluded while the folder of a holder is not known', () => {
  const lock = lockOn('src/a.ts');
  const kinds = (folders: GitFolder[], locks = [lock]) =>
    kindsFor({ ...facts([], locks), git: { folders, below: '' } });
  assert.deepEqual(kinds([own(), folder()]), ['unlocked_change']);
  assert.deepEqual(kinds([folder()]), [], 'it may work in the same folder');
  const others = [lock, lockOn('src/*', { agent_id: 'agent-3', lock_file: 'pattern.lock' })];
  assert.deepEqual(kinds([own(), folder()], others), []);
  assert.deepEqual(kinds([own(['agent-1', 'agent-3']), folder()], others), ['unlocked_change', 'unlocked_change']);
});

test('unlockedChangeItems(): files under one lock are one item', () => {
  const many = folder({ changes: ['src/a.ts', 'src/b.ts', 'docs/c.md'].map((path) => change(path)) });
  const [entry, ...others] = entriesFor(facts([many], [lockOn('src/*')]));
  assert.deepEqual(others, []);
  assert.match(entry?.reason ?? '', /^src\/a\.ts and src\/b\.ts were changed in the folder of agent-2/);
});

test('unlockedChangeItems(): nothing is concluded without evidence', () => {
  const lock = [lockOn('src/a.ts')];
  const none = (folders: GitFolder[], locks = lock, below = '') =>
    assert.deepEqual(
      kindsFor(facts(folders, locks, below)).filter((kind) => kind === 'unlocked_change'),
      [],
    );
  none([folder({ read_at: ago(61 * SECOND) })]);
  none([folder({ changes: [change('src/a.ts', ago(2 * MINUTE))] })]);
  none([folder({ changes: [change('src/a.ts', null)] })]);
  none([folder({ place: 'outside' })]);
  none([folder({ changes: [change('other/src/a.ts')] })]);
  none([folder()], [lockOn('src/a.ts', { stale: true })]);
  none([folder()], [lockOn('src/a.ts', { orphaned: true })]);
  none([folder()], [lockOn('src/a.ts', { orphaned: null })]);
  none([folder()], [lockOn('src/a.ts', { acquired_at: null, stale: null })]);
  none([folder()], lock, 'packages/shop');
  assert.deepEqual(kindsFor({ ...facts([], lock), git: { folders: [], below: '' } }), []);
});

test('unlockedChangeItems(): an item is gone when nobody has asked git for a minute', () => {
  const time = new DeadlineClock(NOW);
  const read_at = ago(10 * SECOND);
  assert.equal(kindsFor({ ...facts([folder({ read_at })], [lockOn('src/a.ts')]), time }).length, 1);
  assert.ok(time.nextAt <= NOW + 50 * SECOND + 1);
});

test('unlockedChangeItems(): paths of locks begin at the root of the swarm, which may be below the repository', () => {
  const nested = folder({ place: 'root', changes: [change('packages/shop/src/a.ts'), change('src/a.ts')] });
  const [entry, ...others] = entriesFor(facts([nested], [lockOn('src/a.ts')], 'packages/shop'));
  assert.deepEqual(others, []);
  assert.match(entry?.reason ?? '', /^src\/a\.ts was changed/);
});

test('unlockedChangeItems(): with very many patterns and files it ends, and concludes only what it compared', () => {
  const changes = Array.from({ length: 300 }, (_, index) => change(`src/${'x'.repeat(100)}${index}`));
  const folders = Array.from({ length: 50 }, (_, index) => folder({ top: `/srv/${index}`, changes }));
  const locks = Array.from({ length: 2000 }, (_, index) => lockOn(`s*${'x*'.repeat(50)}${index}y`));
  assert.deepEqual(
    kindsFor(facts(folders, locks)).filter((kind) => kind === 'unlocked_change'),
    [],
  );
});
