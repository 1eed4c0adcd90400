import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scratchFolder } from '../test/support/scratch-folder';
import { type HeldInterval, lockContest, simultaneous } from './lock-contest';

const SHORT = { attempts: 400, seed: 17 };

function interval(agentId: string, path: string, from: number, until: number): HeldInterval {
  return { kind: 'ours', agentId, path, from, until, released: true };
}

test('simultaneous(): finds holders of overlapping paths at one moment, and no others', () => {
  const found = simultaneous([
    interval('agent-1', 'src/*', 0, 10),
    interval('agent-2', 'src/a.ts', 5, 8),
    interval('agent-2', 'docs/a.md', 5, 8),
    interval('agent-1', 'src/b.ts', 6, 7),
    interval('agent-3', 'src/a.ts', 10, 12),
  ]);
  assert.deepEqual(
    found.map(({ pair }) => pair.map(({ agentId, path }) => `${agentId} ${path}`)),
    [['agent-1 src/*', 'agent-2 src/a.ts']],
  );
});

test('lockContest(): processes of this product never hold overlapping paths at one moment', async () => {
  const { held, both } = await lockContest(scratchFolder('contest-'), ['ours', 'ours', 'ours', 'ours'], SHORT);
  assert.deepEqual(both, []);
  assert.ok(held.ours > 20, `${held.ours} locks were held`);
});

test("lockContest(): beside processes of the swarm's tool, this product's never come second to a lock", async () => {
  const kinds = ['ours', 'original', 'ours', 'original'] as const;
  const { held, both } = await lockContest(scratchFolder('contest-'), kinds, SHORT);
  assert.deepEqual(
    both.filter(({ pair: [, later] }) => later.kind === 'ours'),
    [],
  );
  assert.ok(held.ours > 0 && held.original > 0, JSON.stringify(held));
});
