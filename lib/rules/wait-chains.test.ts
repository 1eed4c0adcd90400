import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  agentWith,
  ago,
  attention,
  FACTS,
  lockOn,
  MINUTE,
  NOW,
  youngQuestion,
} from '../../test/support/attention-fixtures';
import { waiting } from '../../test/support/waits';
import { formatCursor } from '../contract/events';
import type { WaitEdge } from '../contract/past-schemas';
import type { AttentionFacts } from './attention-facts';
import { DeadlineClock } from './deadline-clock';

const edge = (from: string, to: string, more: Partial<WaitEdge> = {}): WaitEdge => ({
  ...{ id: `${from}>${to}`, from, to, kind: 'blocked', basis: 'declared', weak: false, blocks: true, alternatives: 0 },
  since: ago(MINUTE),
  reason: 'It waits.',
  evidence: { locks: [], messages: [], tasks: [], conflicts: [] },
  ...more,
});

const chains = (edges: readonly WaitEdge[], facts: Partial<AttentionFacts> = {}) =>
  attention({ ...FACTS, time: new DeadlineClock(NOW), ...facts, waiting: { edges: [...edges], cycles: [] } }).chains;
const steps = (edges: readonly WaitEdge[], facts: Partial<AttentionFacts> = {}) =>
  chains(edges, facts).map(({ root, links }) => [root, links.map(({ from, to }) => `${to} blocks ${from}`).join(', ')]);

const blocked = (sender: string, to: string, seq: number, minutes: number) =>
  youngQuestion('Go on?', {
    ...{ type: 'BLOCKED', msgId: `m${seq}`, sender, recipients: [to], at: NOW - minutes * MINUTE, seqs: [seq] },
  });

test('waitChains(): a dead root comes first, with its locks, and takes the items about the chain', () => {
  const unresolved = {
    ...FACTS.unresolved,
    questions: [
      blocked('agent-2', 'agent-1', 3, 12),
      blocked('agent-5', 'agent-2', 4, 7),
      blocked('agent-8', 'agent-9', 5, 2),
    ],
  };
  const agents = [agentWith('agent-1', 'dead'), agentWith('agent-2', 'active'), agentWith('agent-5', 'active')];
  const facts = { ...FACTS, agents, unresolved, locks: [lockOn('ledger.ts')], time: new DeadlineClock(NOW) };
  const edges = waiting({ ...facts, tasks: [], conflicts: [], acks: [], questionFromMs: 5 * MINUTE });
  const answer = attention({ ...facts, waiting: edges });
  assert.deepEqual(answer.chains[0], {
    root: 'agent-1',
    root_health: 'dead',
    root_locks: ['ledger.ts'],
    root_lock_count: 1,
    links: [
      { from: 'agent-2', to: 'agent-1', kind: 'blocked', since: ago(12 * MINUTE) },
      { from: 'agent-5', to: 'agent-2', kind: 'blocked', since: ago(7 * MINUTE) },
    ],
    link_count: 2,
    items: ['agent_dead:agent-1', 'blocked_unanswered:m3', 'blocked_unanswered:m4'],
  });
  assert.deepEqual(
    answer.chains.slice(1).map(({ root, root_health, items }) => [root, root_health, items]),
    [['agent-9', null, []]],
  );
});

test('waitChains(): a dead agent is a root whatever it asked before', () => {
  const agents = [agentWith('agent-1', 'dead'), agentWith('agent-2', 'active')];
  const edges = [edge('agent-2', 'agent-1'), edge('agent-1', 'agent-9')];
  assert.deepEqual(steps(edges, { agents }), [['agent-1', 'agent-1 blocks agent-2']]);
});

test('waitChains(): the longest branch comes first, then the oldest; each wait follows the one that it depends on', () => {
  const edges = [
    edge('short-young', 'root'),
    edge('short-old', 'root', { since: ago(9 * MINUTE) }),
    edge('long', 'root', { since: null }),
    edge('end', 'long'),
    edge('other', 'single'),
  ];
  assert.deepEqual(steps(edges), [
    ['root', 'root blocks long, long blocks end, root blocks short-old, root blocks short-young'],
    ['single', 'single blocks other'],
  ]);
});

test('waitChains(): what may not block is no link: inferred, weak, young, or with other agents that could answer', () => {
  for (const more of [{ basis: 'inferred' }, { weak: true }, { blocks: false }, { alternatives: 1 }] as const) {
    assert.deepEqual(chains([edge('a', 'b', more)]), []);
  }
});

test('waitChains(): a wait cycle has no root', () => {
  assert.deepEqual(chains([edge('a', 'b'), edge('b', 'a'), edge('c', 'a')]), []);
});

test('waitChains(): a message to the predecessor of an agent does not make the present one a blocker', () => {
  const agents = [agentWith('b', 'active', { life_began_at: ago(30_000) })];
  assert.deepEqual(chains([edge('a', 'b')], { agents }), []);
  assert.equal(chains([edge('a', 'b', { since: ago(10_000) })], { agents }).length, 1);
});

test('waitChains(): several waits for one agent are one link that names the strongest, and all its items are in the chain', () => {
  const evidence = (seq: number) => ({ locks: [], messages: [formatCursor('e', seq)], tasks: [], conflicts: [] });
  const edges = [
    edge('a', 'b', { id: '1', kind: 'question', since: ago(20 * MINUTE), evidence: evidence(3) }),
    edge('a', 'b', { id: '2', since: ago(7 * MINUTE), evidence: evidence(4) }),
  ];
  const asks = youngQuestion('Which?', {
    msgId: 'm3',
    sender: 'a',
    recipients: ['b'],
    at: NOW - 20 * MINUTE,
    seqs: [3],
  });
  const unresolved = { ...FACTS.unresolved, questions: [asks, blocked('a', 'b', 4, 7)] };
  const [chain] = chains(edges, { unresolved });
  assert.deepEqual(chain?.links, [{ from: 'a', to: 'b', kind: 'blocked', since: ago(7 * MINUTE) }]);
  assert.deepEqual(chain?.items.toSorted(), ['blocked_unanswered:m4', 'question_unanswered:m3']);
});

test('waitChains(): locks of a former life are not held by the root, and at most three are named', () => {
  const former_holder = { reason: 'replaced', since: null, now: null } as const;
  const locks = [lockOn('old.ts', { agent_id: 'b', former_holder })];
  const agents = [agentWith('b', 'active')];
  assert.deepEqual(chains([edge('a', 'b')], { agents, locks })[0]?.root_locks, []);
  const many = ['1.ts', '2.ts', '3.ts', '4.ts'].map((path) => lockOn(path, { agent_id: 'b' }));
  const [chain] = chains([edge('a', 'b')], { agents, locks: many });
  assert.deepEqual([chain?.root_locks, chain?.root_lock_count], [['1.ts', '2.ts', '3.ts'], 4]);
});

test('waitChains(): a chain of 2,000 agents does not overflow the stack, and lists 50 waits', () => {
  const edges = Array.from({ length: 2000 }, (_, index) => edge(`a${index + 1}`, `a${index}`));
  const [chain, ...others] = chains(edges);
  assert.deepEqual([chain?.root, chain?.links.length, chain?.link_count, others.length], ['a0', 50, 2000, 0]);
});

test('waitChains(): for any waits, each is in one chain at most, below a root that waits for nobody', () => {
  const name = fc.nat(9).map((number) => `agent-${number}`);
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, name), { selector: (pair) => pair.join(' '), maxLength: 30 }), (list) => {
      const edges = list.filter(([a, b]) => a !== b).map(([a, b]) => edge(a, b));
      const waits = new Set(edges.map(({ from }) => from));
      const seen = new Set<string>();
      for (const { root, links } of chains(edges)) {
        assert.ok(!waits.has(root));
        const above = new Set([root]);
        for (const { from, to } of links) {
          assert.ok(above.has(to));
          above.add(from);
          assert.ok(!seen.has(`${from} ${to}`));
          seen.add(`${from} ${to}`);
        }
      }
    }),
  );
});
