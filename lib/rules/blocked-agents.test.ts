import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WaitEdge } from '../contract/past-schemas';
import { blockedAgents } from './blocked-agents';

const NONE = new Map();

function edge(from: string, to: string, more: Partial<WaitEdge> = {}): WaitEdge {
  return {
    id: `${from}-${to}`,
    from,
    to,
    kind: 'blocked',
    basis: 'declared',
    weak: false,
    blocks: true,
    alternatives: 0,
    since: '2026-02-03T08:00:00+00:00',
    reason: `${from} is blocked and waits for ${to}.`,
    evidence: { locks: [], messages: [], tasks: [], conflicts: [] },
    ...more,
  };
}

test('blockedAgents(): an agent with an open BLOCKED is blocked, with the sentence of its oldest wait', () => {
  const edges = [edge('a', 'c', { since: '2026-02-03T08:05:00+00:00' }), edge('a', 'b')];
  assert.deepEqual(
    [...blockedAgents({ edges, cycles: [] }, NONE)],
    [['a', { since: '2026-02-03T08:00:00+00:00', reason: 'a is blocked and waits for b.', waits_for: ['c', 'b'] }]],
  );
});

test('blockedAgents(): a question, a wanted lock and a due acknowledgement do not block', () => {
  const kinds = ['question', 'lock_overlap', 'conflict', 'task', 'acknowledgement'] as const;
  const edges = kinds.map((kind) => edge(kind, 'b', { kind }));
  assert.equal(blockedAgents({ edges, cycles: [] }, NONE).size, 0);
});

test('blockedAgents(): every agent of a wait cycle is blocked, by the edges of the cycle alone', () => {
  const edges = [
    edge('a', 'b', { kind: 'question' }),
    edge('b', 'a', { kind: 'task', since: null }),
    edge('b', 'c', { kind: 'question' }),
  ];
  const blocked = blockedAgents({ edges, cycles: [{ agents: ['a', 'b'], edges: ['a-b', 'b-a'] }] }, NONE);
  assert.deepEqual([...blocked.keys()], ['a', 'b']);
  assert.deepEqual(blocked.get('b')?.waits_for, ['a']);
  assert.equal(blocked.get('b')?.since, null);
});

test('blockedAgents(): the same object while nothing differs, another one once something does', () => {
  const first = blockedAgents({ edges: [edge('a', 'b')], cycles: [] }, NONE);
  assert.equal(blockedAgents({ edges: [edge('a', 'b')], cycles: [] }, first), first);
  assert.notEqual(blockedAgents({ edges: [], cycles: [] }, first), first);
});
