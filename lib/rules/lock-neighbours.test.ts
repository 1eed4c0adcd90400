import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { patternsOverlap } from '../contract/fnmatch';
import { type LockEntry, lockFileName, parseLock } from '../sources/claudeswarm/lock-entry';
import { findNeighbours } from './lock-neighbours';
import { MAX_CONFLICTS } from './path-groups';

function entry(filepath: unknown, agent_id: string): LockEntry {
  const text = JSON.stringify({ agent_id, filepath, locked_at: 1, reason: '' });
  return parseLock(lockFileName(String(filepath)), Buffer.from(text)) as LockEntry;
}

const PATH = fc.stringMatching(/^[ab*?/[\]]{1,6}$/);

test('findNeighbours(): the locks of other holders that overlap, by the rule of the swarm’s tool', () => {
  fc.assert(
    fc.property(PATH, fc.uniqueArray(PATH, { maxLength: 8 }), (path, others) => {
      const one = entry(path, 'agent-1');
      const entries = others.map((other, index) => entry(other, `agent-${index % 3}`));
      const wanted = entries.filter(
        ({ lock_file, fields }) =>
          lock_file !== one.lock_file &&
          fields.agent_id !== 'agent-1' &&
          patternsOverlap(path, fields.filepath as string),
      );
      assert.deepEqual(findNeighbours(one, entries), { conflicts: wanted, complete: true });
    }),
  );
});

test('findNeighbours(): bounded in number and in work, and says so', () => {
  const many = Array.from({ length: 50 }, (_, index) => entry(`src/${index}.ts`, 'agent-2'));
  assert.equal(findNeighbours(entry('src/*', 'agent-1'), many).conflicts.length, MAX_CONFLICTS);
  assert.equal(findNeighbours(entry('docs/*', 'agent-1'), many, 100).complete, false);
  assert.deepEqual(findNeighbours(entry(7, 'agent-1'), many), { conflicts: [], complete: true });
});
