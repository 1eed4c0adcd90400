import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { waiting } from '../../test/support/waits';
import { UNKNOWN_AGENT_FACTS, UNKNOWN_LOCK_FACTS, UNKNOWN_SOURCE_FACTS } from '../contract/defaults';
import { formatInstant } from '../contract/instant';
import { type WaitEdge, waitingAnswer } from '../contract/past-schemas';
import type { Agent, Lock } from '../contract/schemas';
import type { Conflict } from '../sources/claudeswarm/conflict-log';
import type { PendingAck } from '../sources/claudeswarm/pending-acks';
import type { Task } from '../sources/claudeswarm/tasks';
import { DeadlineClock } from './deadline-clock';
import type { OpenQuestion } from './unresolved-messages';
import { findWaitCycles, shortestCycles } from './wait-cycles';
import type { WaitingFacts } from './waits';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 1, 3, 8);
const ago = (milliseconds: number) => formatInstant(NOW - milliseconds);

const ids = ['agent-0', 'agent-1', 'agent-2', 'agent-3'];
const FACTS: WaitingFacts = {
  agents: ids.map(
    (id): Agent => ({ ...UNKNOWN_AGENT_FACTS, id, health: 'active', health_reason: '', last_evidence_at: null }),
  ),
  departed: [],
  locks: [],
  overlaps: [],
  sources: { registry: { ...UNKNOWN_SOURCE_FACTS, state: 'ok', reason: null, since: ago(0), skipped: [] } },
  unresolved: { epoch: 'e', questions: [], failures: [], awaiting: [], cut: 0 },
  tasks: [],
  conflicts: [],
  acks: [],
  questionFromMs: 5 * MINUTE,
  time: new DeadlineClock(NOW),
};

const answer = (facts: Partial<WaitingFacts>) => waitingAnswer.parse(waiting({ ...FACTS, ...facts }));

function only(facts: Partial<WaitingFacts>): WaitEdge {
  const { edges } = answer(facts);
  assert.equal(edges.length, 1);
  return edges[0] as WaitEdge;
}

const pairs = (facts: Partial<WaitingFacts>) => answer(facts).edges.map(({ from, to }) => `${from} ${to}`);
const waitCycles = (facts: Partial<WaitingFacts>) => answer(facts).cycles.map(({ agents }) => agents);

let asked = 0;
function question(sender: string, recipients: string[], more: Partial<OpenQuestion> = {}): OpenQuestion {
  asked += 1;
  return {
    type: 'BLOCKED',
    msgId: `m${asked}`,
    sender,
    recipients,
    at: NOW - 1000,
    text: 'Go on?',
    seqs: [asked],
    askedBack: null,
    ...more,
  };
}
const open = (...questions: OpenQuestion[]) => ({ unresolved: { ...FACTS.unresolved, questions } });

function task(id: string, assignedTo: string | null, blockedBy: string[] = [], more: Partial<Task> = {}): Task {
  return { id, assignedTo, blockedBy, objective: `do ${id}`, status: 'assigned', createdAt: NOW - MINUTE, ...more };
}

function conflict(requester: string, holder: string, more: Partial<Conflict> = {}): Conflict {
  const resourceWait = { type: 'resource', resource: 'port 80', status: 'pending', detectedAt: NOW - MINUTE };
  return { id: `${requester}${holder}`, requester, holder, ...resourceWait, ...more };
}

function ack(sender: string | null, recipient: string | null, more: Partial<PendingAck> = {}): PendingAck {
  const times = { sentAt: NOW - 1000, nextRetryAt: NOW + 29_000 };
  return {
    msgId: 'a',
    sender,
    recipient,
    text: 'Read me',
    retryCount: 0,
    orphan: false,
    folder: null,
    ...times,
    ...more,
  };
}

function lock(filepath: string, agent_id: unknown, ageMs: number | null): Lock {
  return {
    ...UNKNOWN_LOCK_FACTS,
    lock_file: `${filepath}.lock`,
    agent_id,
    filepath,
    acquired_at: ageMs === null ? null : ago(ageMs),
    stale: false,
    orphaned: false,
    conflicts_with: [],
    pattern: false,
    warnings: [],
  };
}

const overlapping = (one: Lock, ...others: Lock[]) => ({ overlaps: [{ lock: one, others, file: null }] });

test('waiting(): an answer without all waits, or without a complete search, is marked as incomplete', () => {
  const conflicts = (count: number) =>
    Array.from({ length: count }, (_, index) => conflict('a', 'b', { id: `c${index}` }));
  assert.equal(answer({ conflicts: conflicts(2000) }).truncated, undefined);
  assert.equal(answer({ conflicts: [...conflicts(2000), ...conflicts(5)] }).truncated, undefined);
  const many = answer({ conflicts: conflicts(2001) });
  assert.deepEqual([many.edges.length, many.truncated], [2000, true]);
  const waitCycle = (count: number) =>
    Array.from({ length: count }, (_, index) => task(`t${index}`, `a${index}`, [`t${(index + 1) % count}`]));
  assert.deepEqual(
    [answer({ tasks: waitCycle(20) }).cycles.length, answer({ tasks: waitCycle(20) }).truncated],
    [1, undefined],
  );
  assert.deepEqual(
    [answer({ tasks: waitCycle(1500) }).cycles.length, answer({ tasks: waitCycle(1500) }).truncated],
    [1, true],
  );
});

test('waiting(): a quiet swarm has no waits', () => {
  assert.deepEqual(answer({}), { edges: [], cycles: [] });
});

describe('edges', () => {
  test('waiting(): two agents that ask each other are a wait cycle once both questions are old enough', () => {
    const asked = (one: number, other: number) =>
      open(
        question('agent-1', ['agent-2'], { type: 'QUESTION', at: NOW - one }),
        question('agent-2', ['agent-1'], { type: 'QUESTION', at: NOW - other }),
      );
    assert.deepEqual(waitCycles(asked(6 * MINUTE, 5 * MINUTE - 1)), []);
    assert.deepEqual(waitCycles(asked(6 * MINUTE, 5 * MINUTE)), [['agent-1', 'agent-2']]);
    assert.equal(answer(asked(1000, 1000)).edges.length, 2, 'the waits themselves are listed at once');
  });

  test('waiting(): BLOCKED and QUESTION are declared from the first second, to each agent that may answer', () => {
    assert.deepEqual(only(open(question('agent-2', ['agent-1'], { msgId: 'q', seqs: [7, 9] }))), {
      id: '["blocked","q","agent-2","agent-1"]',
      from: 'agent-2',
      to: 'agent-1',
      kind: 'blocked',
      basis: 'declared',
      weak: false,
      blocks: true,
      alternatives: 0,
      since: ago(1000),
      reason: 'agent-2 is blocked and waits for agent-1: "Go on?"',
      evidence: { locks: [], messages: ['e.7', 'e.9'], tasks: [], conflicts: [] },
    });
    const asking = question('agent-2', ['agent-1', 'agent-3'], { type: 'QUESTION', msgId: null, seqs: [7] });
    const { edges } = answer(open(asking));
    assert.deepEqual(
      edges.map(({ id, kind, reason }) => [id, kind, reason]),
      [
        [
          '["question","e.7","agent-2","agent-1"]',
          'question',
          'agent-2 asked agent-1, and none of agent-1 and agent-3 has answered: "Go on?"',
        ],
        [
          '["question","e.7","agent-2","agent-3"]',
          'question',
          'agent-2 asked agent-3, and none of agent-1 and agent-3 has answered: "Go on?"',
        ],
      ],
    );
  });

  test('waiting(): a question to everybody waits for no agent in particular', () => {
    assert.deepEqual(pairs(open(question('agent-2', []))), []);
  });

  test('waiting(): a task waits for an unfinished one of another agent', () => {
    const edge = only({
      tasks: [task('t1', 'agent-1', ['t2']), task('t2', 'agent-2', [], { status: 'working', createdAt: NOW })],
    });
    assert.deepEqual([edge.from, edge.to, edge.kind, edge.basis], ['agent-1', 'agent-2', 'task', 'declared']);
    assert.equal(edge.reason, 'The task "do t1" of agent-1 is blocked by "do t2" of agent-2, which is working.');
    assert.deepEqual([edge.since, edge.evidence.tasks], [ago(0), ['t1', 't2']]);
    const pair = (one: Partial<Task>, other: Partial<Task>) =>
      pairs({ tasks: [task('t1', 'agent-1', ['t2'], one), task('t2', 'agent-2', [], other)] }).length;
    assert.equal(pair({ status: 'failed' }, {}), 0);
    assert.equal(pair({ status: 'completed' }, {}), 0);
    assert.equal(pair({}, { status: 'cancelled' }), 0);
    assert.equal(pair({}, { status: 'failed' }), 1, 'a failed task is still to be done');
    assert.equal(pair({ assignedTo: null }, {}), 0);
    assert.equal(pair({}, { assignedTo: null }), 0);
    assert.equal(pair({}, { assignedTo: 'agent-1' }), 0, 'no agent waits for itself');
    assert.equal(pair({ blockedBy: ['t9'] }, {}), 0);
    assert.equal(
      only({ tasks: [task('t1', 'a', ['t2']), task('t2', 'b', [], { createdAt: null })] }).since,
      ago(MINUTE),
    );
  });

  test('waiting(): tasks of a list of Claude Code only wait for tasks of that list, and the edge names both', () => {
    const listed = (id: string, owner: string, blockedBy: string[] = [], list = 'session-1') =>
      task(id, owner, blockedBy, { list, status: 'pending', createdAt: null });
    const edge = only({ tasks: [task('1', 'agent-3'), listed('2', 'writer', ['1']), listed('1', 'tester')] });
    assert.deepEqual([edge.from, edge.to, edge.kind, edge.since], ['writer', 'tester', 'task', null]);
    assert.deepEqual([edge.evidence.tasks, edge.evidence.task_list], [['2', '1'], 'session-1']);
    assert.match(edge.reason, /, which is pending \(tasks 2 and 1 of the list session-1\)\./);
    const around = [listed('1', 'a', ['2']), listed('2', 'b', ['1']), listed('1', 'c', ['2'], 'session-2')];
    assert.deepEqual(waitCycles({ tasks: around }), [['a', 'b']]);
    assert.equal(answer({ tasks: around }).edges.length, 2);
    const swarm = only({ tasks: [task('1', 'a', ['2']), task('2', 'b')] });
    assert.equal('task_list' in swarm.evidence, false);
  });

  test('waiting(): an unsettled conflict: the requester waits for the holder; a lock may be gone', () => {
    const edge = only({ conflicts: [conflict('agent-2', 'agent-1')] });
    assert.deepEqual([edge.from, edge.to, edge.basis, edge.since], ['agent-2', 'agent-1', 'declared', ago(MINUTE)]);
    assert.equal(edge.reason, 'agent-2 wants port 80, which agent-1 has; CONFLICT_LOG.json calls that pending.');
    for (const status of ['resolving', 'escalated']) {
      assert.equal(pairs({ conflicts: [conflict('agent-2', 'agent-1', { status })] }).length, 1);
    }
    for (const status of ['resolved', null, 'new']) {
      assert.deepEqual(pairs({ conflicts: [conflict('agent-2', 'agent-1', { status })] }), []);
    }
    const onLock = conflict('agent-2', 'agent-1', { type: 'file_lock', resource: './src/a.ts' });
    const gone = only({ conflicts: [onLock], locks: [lock('src/a.ts', 'agent-3', 0), lock('b', 'agent-1', 0)] });
    assert.match(gone.reason, /calls that pending, though agent-1 holds no lock on it now\.$/);
    assert.deepEqual(gone.evidence.locks, []);
    for (const held of ['src/a.ts', 'src/*']) {
      const there = only({ conflicts: [{ ...onLock, resource: 'src/a.ts' }], locks: [lock(held, 'agent-1', 0)] });
      assert.deepEqual(there.evidence, {
        locks: [`${held}.lock`],
        messages: [],
        tasks: [],
        conflicts: ['agent-2agent-1'],
      });
    }
  });

  test('waiting(): a conflict with more patterns than can be compared says so, and blocks nobody', () => {
    const slow = Array.from({ length: 300 }, (_, index) => lock(`*${'?a'.repeat(800)}b${index}*`, 'agent-1', 0));
    const wanted = { type: 'file_lock', resource: 'a'.repeat(4000) };
    const conflicts = Array.from({ length: 300 }, (_, index) =>
      conflict('agent-2', 'agent-1', { ...wanted, id: `c${index}`, resource: `${wanted.resource}${index}` }),
    );
    const back = { ...conflict('agent-1', 'agent-2'), type: 'resource' };
    const { edges, cycles } = answer({ conflicts: [...conflicts, back], locks: slow });
    assert.equal(edges.length, 301);
    assert.match(edges[299]?.reason ?? '', /; whether agent-1 still holds a lock on it takes too long to find out\.$/);
    assert.deepEqual(cycles, []);
    const own = lock(`${wanted.resource}299`, 'agent-1', 0);
    const certain = answer({ conflicts: [...conflicts, back], locks: [...slow, own] });
    assert.deepEqual(certain.edges[299]?.evidence.locks, [own.lock_file]);
    assert.equal(certain.cycles.length, 1);
  });

  test('waiting(): overlapping locks are an inferred wait, from the younger to the older', () => {
    const [older, younger] = [lock('src/*', 'agent-1', 2 * MINUTE), lock('src/a.ts', 'agent-2', MINUTE)];
    for (const overlaps of [overlapping(older, younger), overlapping(younger, older)]) {
      const edge = only(overlaps);
      assert.deepEqual([edge.from, edge.to, edge.basis, edge.since], ['agent-2', 'agent-1', 'inferred', ago(MINUTE)]);
      assert.equal(edge.reason, 'agent-2 locked src/a.ts after agent-1 had locked src/*, and the two overlap.');
      assert.deepEqual(edge.evidence.locks, ['src/a.ts.lock', 'src/*.lock']);
    }
    for (const [one, other] of [
      [lock('a', 'x', null), younger],
      [lock('a', 'x', MINUTE), younger],
      [older, lock('b', 'agent-1', 0)],
    ] as const) {
      assert.deepEqual(pairs(overlapping(one, other)), []);
    }
    assert.deepEqual(pairs(overlapping(older, lock('b', { name: 'x' }, 0))), ['{"name":"x"} agent-1']);
  });

  test('waiting(): the sender of a pending acknowledgement waits for the recipient', () => {
    const awaiting: [string, number, string[]][] = [['a', 5, []]];
    const edge = only({ acks: [ack('agent-0', 'agent-1')], unresolved: { ...FACTS.unresolved, awaiting } });
    assert.deepEqual([edge.from, edge.to, edge.since], ['agent-0', 'agent-1', ago(1000)]);
    assert.equal(edge.reason, 'agent-1 has not acknowledged a message from agent-0: "Read me"');
    assert.deepEqual(edge.evidence.messages, ['e.5']);
    assert.deepEqual(pairs({ acks: [ack(null, 'b'), ack('a', null), ack('a', 'b', { orphan: true })] }), []);
  });

  test('waiting(): an acknowledgement ends with an answer, with a departed agent, and with the life of its sender', () => {
    const acks = [ack('agent-0', 'agent-1')];
    const awaiting = (by: string[]) => ({
      ...FACTS.unresolved,
      awaiting: [['a', 5, by]] as [string, number, string[]][],
    });
    assert.deepEqual(pairs({ acks, unresolved: awaiting(['agent-2']) }), ['agent-0 agent-1']);
    assert.deepEqual(pairs({ acks, unresolved: awaiting(['agent-1']) }), []);
    const without = (id: string) => FACTS.agents.filter((agent) => agent.id !== id);
    for (const id of ['agent-0', 'agent-1']) assert.deepEqual(pairs({ acks, agents: without(id) }), []);
    const sources = { registry: { ...FACTS.sources.registry, state: 'unreadable' as const } };
    assert.equal(pairs({ acks, agents: [], sources }).length, 1, 'departed agents are not known');
    const reborn = (id: string) =>
      FACTS.agents.map((agent) => (agent.id === id ? { ...agent, life_began_at: ago(999) } : agent));
    assert.deepEqual(pairs({ acks, agents: reborn('agent-0') }), []);
    assert.match(only({ acks, agents: reborn('agent-1') }).reason, /agent-1 has been replaced since/);
  });

  test('waiting(): a question ends with the life of its asker, not with that of a recipient', () => {
    const reborn = (id: string, ms: number) =>
      FACTS.agents.map((agent) => (agent.id === id ? { ...agent, life_began_at: ago(ms) } : agent));
    const asked = open(question('agent-2', ['agent-1']));
    assert.deepEqual(pairs({ ...asked, agents: reborn('agent-2', 999) }), []);
    assert.equal(pairs({ ...asked, agents: reborn('agent-2', 1000) }).length, 1);
    const edge = only({ ...asked, agents: reborn('agent-1', 999) });
    assert.match(edge.reason, /"Go on\?" agent-1 has been replaced since, and the new one may not have seen it\.$/);
  });

  test('waiting(): an agent that asked back is named', () => {
    const asked = open(question('agent-2', ['agent-1'], { askedBack: { by: 'agent-1', seq: 9 } }));
    assert.match(only(asked).reason, /"Go on\?" agent-1 asked back\.$/);
  });

  test('waiting(): dead and unregistered agents are kept, and the reason says so', () => {
    const dead = { ...(FACTS.agents[0] as Agent), health: 'dead' as const };
    const facts = { agents: [dead], ...open(question('agent-9', ['agent-0'])) };
    assert.match(only(facts).reason, /"Go on\?" agent-9 is not in the registry\. agent-0 is dead\.$/);
    const sources = { registry: { ...FACTS.sources.registry, state: 'missing' as const } };
    assert.match(only({ ...facts, agents: [], sources }).reason, /"Go on\?"$/, 'without a registry that is not known');
  });

  test('waiting(): several waits between two agents stay apart; duplicates are one; their number is bounded', () => {
    const twice = question('agent-1', ['agent-2']);
    const facts = {
      ...open(twice, twice, question('agent-1', ['agent-2'])),
      conflicts: [conflict('agent-1', 'agent-2')],
    };
    const { edges } = answer(facts);
    assert.equal(edges.length, 3);
    assert.equal(new Set(edges.map(({ id }) => id)).size, 3);
    const many = Array.from({ length: 300 }, (_, one) =>
      question(
        'agent-1',
        Array.from({ length: 9 }, (_, i) => `${one}.${i}`),
      ),
    );
    assert.equal(answer(open(...many)).edges.length, 2000);
  });
});

describe('rings', () => {
  test('waiting(): a cycle of two agents lists all edges between them', () => {
    const facts = {
      ...open(question('agent-2', ['agent-1']), question('agent-1', ['agent-2'])),
      conflicts: [conflict('agent-1', 'agent-2')],
      acks: [ack('agent-1', 'agent-2')],
    };
    const { cycles, edges } = answer(facts);
    assert.deepEqual(cycles, [
      {
        agents: ['agent-1', 'agent-2'],
        edges: ['["blocked",', '["conflict",', '["blocked",'].map((begin, index) => {
          const from = index === 2 ? 'agent-2' : 'agent-1';
          return edges.find((edge) => edge.id.startsWith(begin) && edge.from === from)?.id;
        }),
      },
    ]);
  });

  test('waiting(): an agent that somebody else may free is in no cycle', () => {
    const back = question('agent-1', ['agent-2']);
    assert.deepEqual(waitCycles(open(question('agent-2', ['agent-1', 'agent-3']), back)), []);
    const all = open(question('agent-2', ['agent-1', 'agent-3']), back, question('agent-3', ['agent-2']));
    assert.deepEqual(waitCycles(all), [
      ['agent-1', 'agent-2'],
      ['agent-2', 'agent-3'],
    ]);
    // One question is enough to block an agent.
    assert.deepEqual(waitCycles(open(question('agent-2', ['agent-1']), question('agent-2', ['agent-3']), back)), [
      ['agent-1', 'agent-2'],
    ]);
  });

  test('waiting(): overlaps alone are no cycle; with a declared wait they are', () => {
    const overlaps = [
      ...overlapping(lock('a', 'agent-1', 2), lock('a*', 'agent-2', 1)).overlaps,
      ...overlapping(lock('b', 'agent-2', 2), lock('b*', 'agent-1', 1)).overlaps,
    ];
    assert.equal(answer({ overlaps }).edges.length, 2);
    assert.deepEqual(waitCycles({ overlaps }), []);
    assert.deepEqual(waitCycles({ overlaps, ...open(question('agent-1', ['agent-2'])) }), [['agent-1', 'agent-2']]);
  });

  test('waiting(): a declared cycle is found beside a shorter inferred one, and comes first', () => {
    const [a, b, c] = [question('a', ['b']), question('b', ['c']), question('c', ['a'])];
    const overlaps = overlapping(lock('x', 'a', 2), lock('x*', 'b', 1)).overlaps;
    assert.deepEqual(waitCycles({ ...open(a, b, c), overlaps }), [
      ['a', 'b', 'c'],
      ['a', 'b'],
    ]);
  });

  test('waiting(): an acknowledgement is in no cycle, however late it is', () => {
    const asked = open(question('agent-1', ['agent-0']));
    const both = [ack('agent-0', 'agent-1', { retryCount: 3 }), ack('agent-1', 'agent-0', { nextRetryAt: NOW - 1 })];
    assert.deepEqual(waitCycles({ ...asked, acks: both }), []);
    const { edges } = answer({ ...asked, acks: both });
    assert.deepEqual(
      edges.map(({ kind, weak }) => [kind, weak]),
      [
        ['blocked', false],
        ['acknowledgement', true],
        ['acknowledgement', true],
      ],
    );
  });

  test('waiting(): a conflict about a lock counts while the lock is held', () => {
    const asked = open(question('agent-1', ['agent-2']));
    const conflicts = [conflict('agent-2', 'agent-1', { type: 'file_lock', resource: 'a.ts' })];
    assert.deepEqual(waitCycles({ ...asked, conflicts }), []);
    assert.deepEqual(waitCycles({ ...asked, conflicts, locks: [lock('a.ts', 'agent-1', 0)] }), [
      ['agent-1', 'agent-2'],
    ]);
  });

  test('waiting(): tasks are a cycle only if each awaited task waits itself', () => {
    const around = [task('t1', 'agent-1', ['t2']), task('t2', 'agent-2', ['t1'])];
    assert.deepEqual(waitCycles({ tasks: around }), [['agent-1', 'agent-2']]);
    const other = task('t3', 'agent-1');
    assert.deepEqual(
      waitCycles({ tasks: [...around, other] }),
      [['agent-1', 'agent-2']],
      'a cycle of tasks never ends',
    );
    const crossed = [task('t1', 'a', ['t2']), task('t2', 'b'), task('t3', 'b', ['t4']), task('t4', 'a')];
    assert.equal(answer({ tasks: crossed }).edges.length, 2);
    assert.deepEqual(waitCycles({ tasks: crossed }), [], 'each agent has a task that it can do');
    const own = [task('t1', 'a', ['t2']), task('t2', 'a', ['t3']), task('t3', 'b', ['t1'])];
    assert.deepEqual(waitCycles({ tasks: own }), [['a', 'b']]);
    const eight = [task('1', 'a', ['2']), task('2', 'b', ['3']), task('3', 'a', ['4']), task('4', 'c', ['1'])];
    assert.deepEqual(waitCycles({ tasks: eight }), [
      ['a', 'b'],
      ['a', 'c'],
    ]);
  });

  test('waiting(): an agent answers messages as long as one of its tasks can continue', () => {
    const asked = open(question('b', ['a']));
    const tasks = [task('t1', 'a', ['t2']), task('t2', 'b')];
    assert.deepEqual(waitCycles({ ...asked, tasks }), [['a', 'b']]);
    assert.deepEqual(waitCycles({ ...asked, tasks: [...tasks, task('t3', 'a')] }), []);
    assert.deepEqual(waitCycles({ tasks }), []);
  });

  test('waiting(): a chain of thousands of tasks costs no more than its length', () => {
    const chain = Array.from({ length: 5000 }, (_, index) => task(`t${index}`, `a${index % 7}`, [`t${index + 1}`]));
    assert.deepEqual(waitCycles({ tasks: chain }), []);
    assert.deepEqual(waitCycles({ tasks: chain.toReversed() }), []);
  });

  test('waiting(): at most 50 cycles, always the same', () => {
    const names = Array.from({ length: 12 }, (_, index) => `a${index}`);
    const questions = names.flatMap((from) => names.filter((to) => to !== from).map((to) => question(from, [to])));
    const found = waitCycles(open(...questions));
    assert.equal(found.length, 50);
    assert.deepEqual(waitCycles(open(...questions.toReversed())), found);
  });
});

describe('against brute force', () => {
  const graphs = fc
    .array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 24 })
    .map((list) => [
      ...new Map(list.filter(([a, b]) => a !== b).map(([a, b]) => [`${a}${b}`, [`${a}`, `${b}`] as const])).values(),
    ]);

  /** All simple cycles, each beginning with its first member. */
  function allCycles(arcs: readonly (readonly [string, string])[]): string[][] {
    const found: string[][] = [];
    const walk = (way: string[]) => {
      for (const [from, to] of arcs) {
        if (from !== way.at(-1)) continue;
        if (to === way[0]) found.push(way);
        else if (to > (way[0] ?? '') && !way.includes(to)) walk([...way, to]);
      }
    };
    for (const start of new Set(arcs.map(([from]) => from))) walk([start]);
    return found;
  }

  const leadsThrough = (cycle: readonly string[], [from, to]: readonly [string, string]) =>
    cycle.some((node, index) => node === from && cycle.at(index + 1 - cycle.length) === to);

  test('shortestCycles(): the shortest cycle through every arc that is in one, and nothing else', () => {
    fc.assert(
      fc.property(graphs, (arcs) => {
        const every = allCycles(arcs);
        const known = new Set(every.map((cycle) => cycle.join()));
        const found = shortestCycles(arcs, arcs, 1000);
        for (const cycle of found) assert.ok(known.has(cycle.join()), `${cycle} is a simple cycle`);
        assert.equal(new Set(found.map(String)).size, found.length);
        for (const arc of arcs) {
          const lengths = (cycles: string[][]) =>
            cycles.filter((one) => leadsThrough(one, arc)).map(({ length }) => length);
          assert.equal(Math.min(...lengths(found)), Math.min(...lengths(every)), `through ${arc}`);
        }
        assert.deepEqual(shortestCycles(arcs.toReversed(), arcs.toReversed(), 1000), found);
      }),
      { numRuns: 1000 },
    );
  });

  test('shortestCycles(): a graph of 20,000 arcs without a way back ends, and the cycle beside it is found', () => {
    const name = (index: number) => `b${String(index).padStart(4, '0')}`;
    const tangle = Array.from({ length: 2000 }, (_, from) =>
      Array.from({ length: Math.min(10, from) }, (_, step) => [name(from), name(from - 1 - step)] as const),
    ).flat();
    const arcs = [...tangle, [name(0), 'y'] as const, ['y', 'z'] as const, ['z', 'y'] as const];
    assert.deepEqual(shortestCycles(arcs, arcs, 50), [['y', 'z']]);
  });

  test('shortestCycles(): a graph in which every arc is part of long cycles ends', () => {
    const arcs = Array.from({ length: 20_000 }, (_, from) => [`${from}`, `${(from + 1) % 20_000}`] as const);
    assert.equal(shortestCycles(arcs, arcs, 50)[0]?.length, 20_000);
  });

  test('waiting(): agents are in cycles if and only if none of a set can continue', () => {
    const holdLists = fc.array(
      fc.record({
        from: fc.nat(5).map(String),
        to: fc.uniqueArray(fc.nat(5).map(String), { minLength: 1, maxLength: 3 }),
        inferred: fc.constant(false),
      }),
      { maxLength: 9 },
    );
    fc.assert(
      fc.property(holdLists, (list) => {
        const holds = list.filter(({ from, to }) => !to.includes(from));
        const names = ['0', '1', '2', '3', '4', '5'];
        const sets = Array.from({ length: 2 ** 6 - 1 }, (_, bits) => names.filter((_, bit) => (bits + 1) & (1 << bit)));
        const isStuck = (set: string[]) =>
          set.every((one) => holds.some(({ from, to }) => from === one && to.every((other) => set.includes(other))));
        const found = findWaitCycles(holds, []);
        assert.equal(found.length > 0, sets.some(isStuck));
        const largest = new Set(sets.filter(isStuck).flat());
        for (const waitCycle of found) for (const agent of waitCycle) assert.ok(largest.has(agent));
      }),
      { numRuns: 1000 },
    );
  });
});
