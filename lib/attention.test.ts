import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type AttentionFacts, attention } from './attention';
import { UNKNOWN_AGENT_FACTS, UNKNOWN_LOCK_FACTS, UNKNOWN_SOURCE_FACTS, unknownZone } from './contract/defaults';
import { formatInstant } from './contract/instant';
import type { WaitEdge } from './contract/past-schemas';
import {
  type Agent,
  type AttentionEntry,
  attentionAnswer,
  type Lock,
  type Source,
  type Sources,
} from './contract/schemas';
import { PassingTime } from './passing-time';
import type { FailedRecipient } from './recorder/failed-deliveries';
import type { OpenQuestion } from './recorder/open-matters';
import type { PendingAck } from './swarm/pending-acks';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 1, 3, 8);
const ago = (milliseconds: number) => formatInstant(NOW - milliseconds);

const OK: Source = { ...UNKNOWN_SOURCE_FACTS, state: 'ok', reason: null, since: ago(HOUR), skipped: [] };
const SOURCES: Sources = {
  registry: OK,
  zone: unknownZone(OK),
  locks: OK,
  log: { ...OK, gaps: 0, unterminated_tail: null, backlog: null },
  history: { ...OK, mode: 'file', role: 'recorder' },
  watcher: { ...OK, mode: 'events' },
  config: OK,
};
const NOTHING_OPEN = { epoch: 'e', questions: [], failures: [], awaiting: [], cut: 0 };
const FACTS: AttentionFacts = {
  departed: [],
  agents: [],
  locks: [],
  overlaps: [],
  sources: SOURCES,
  pendingAcks: { acks: [], status: { state: 'ok', reason: null, since: NOW - HOUR, keptFrom: null, skipped: [] } },
  stores: {},
  matters: NOTHING_OPEN,
  waiting: { edges: [], cycles: [] },
  staleTimeoutSeconds: 300,
  limits: {
    questionFromMs: 5 * MINUTE,
    questionUntilMs: 24 * HOUR,
    deliveryUntilMs: 30 * MINUTE,
    ackOverdueMs: MINUTE,
  },
  startedAt: NOW - 2 * HOUR,
  time: new PassingTime(NOW),
};

function entries(facts: Partial<AttentionFacts>): AttentionEntry[] {
  const answer = attentionAnswer.parse(attention({ ...FACTS, ...facts }));
  assert.equal(answer.count, answer.attention.length);
  return answer.attention;
}

const kinds = (facts: Partial<AttentionFacts>) => entries(facts).map(({ kind }) => kind);

function only(facts: Partial<AttentionFacts>): AttentionEntry {
  const [entry, ...others] = entries(facts);
  assert.ok(entry);
  assert.deepEqual(others, []);
  return entry;
}

function agent(id: string, health: Agent['health'], more: Partial<Agent> = {}): Agent {
  return {
    ...UNKNOWN_AGENT_FACTS,
    id,
    health,
    health_reason: `Why ${health}.`,
    last_evidence_at: ago(2 * MINUTE),
    ...more,
  };
}

function lock(filepath: unknown, more: Partial<Lock> = {}): Lock {
  return {
    ...UNKNOWN_LOCK_FACTS,
    // An object of a file may hold a `toString` of its own.
    lock_file: `${typeof filepath === 'string' ? filepath : JSON.stringify(filepath)}.lock`,
    agent_id: 'agent-1',
    filepath,
    acquired_at: ago(MINUTE),
    stale: false,
    orphaned: false,
    conflicts_with: [],
    pattern: false,
    warnings: [],
    ...more,
  };
}

function question(more: Partial<OpenQuestion> = {}): OpenQuestion {
  const asked = { sender: 'agent-0', recipients: ['agent-1'], at: NOW - 10 * MINUTE, text: 'Cents?', seqs: [7] };
  return { type: 'QUESTION', msgId: 'q', ...asked, ...more };
}

function failure(more: Partial<FailedRecipient> = {}): FailedRecipient {
  const times = { since: NOW - 10 * MINUTE, last: NOW - MINUTE };
  return { recipient: 'agent-2', msgId: 'm', ...times, count: 1, senders: ['agent-0'], text: 'Hi', seqs: [3], ...more };
}

function ack(more: Partial<PendingAck> = {}): PendingAck {
  const times = { sentAt: NOW - HOUR, nextRetryAt: NOW - 2 * MINUTE };
  return {
    msgId: 'a',
    sender: 'agent-0',
    recipient: 'agent-1',
    text: 'Read me',
    retryCount: 1,
    orphan: false,
    ...times,
    ...more,
  };
}

const waiting = (...questions: OpenQuestion[]) => ({ matters: { ...NOTHING_OPEN, questions } });
const failing = (...failures: FailedRecipient[]) => ({ matters: { ...NOTHING_OPEN, failures } });
const pending = (...acks: PendingAck[]) => ({ pendingAcks: { ...FACTS.pendingAcks, acks } });

describe('deadlocks', () => {
  const edge = (from: string, to: string, more: Partial<WaitEdge> = {}): WaitEdge => ({
    weak: false,
    id: `${from} ${to} ${more.kind}`,
    from,
    to,
    kind: 'blocked',
    basis: 'declared',
    since: ago(MINUTE),
    reason: 'It waits.',
    evidence: { locks: [], messages: [], tasks: [], conflicts: [] },
    ...more,
  });
  const ring = (agents: string[], edges: WaitEdge[]) => ({
    waiting: { edges, cycles: [{ agents, edges: edges.map(({ id }) => id) }] },
  });

  test('come before everything else, since the ring was closed, with all the evidence', () => {
    const none = { locks: [], messages: [], tasks: [], conflicts: [] };
    const edges = [
      edge('a', 'b', { since: ago(HOUR), evidence: { ...none, messages: ['e.1'] } }),
      edge('a', 'b', { kind: 'conflict', since: ago(0), evidence: { ...none, conflicts: ['c'], locks: ['x.lock'] } }),
      edge('b', 'c', { kind: 'task', since: null, evidence: { ...none, tasks: ['t', 'u'] } }),
      edge('c', 'a', { kind: 'question', evidence: { ...none, messages: ['e.2'] } }),
    ];
    const dead = { agents: [agent('agent-1', 'dead', { last_evidence_at: ago(9 * HOUR) })], locks: [lock('a.ts')] };
    const [first, second] = entries({ ...ring(['a', 'b', 'c'], edges), ...dead });
    assert.equal(second?.kind, 'agent_dead');
    assert.deepEqual(first, {
      id: 'deadlock:["a","b","c"]',
      kind: 'deadlock',
      severity: 'critical',
      since: ago(MINUTE),
      subject: 'a, b and c',
      reason:
        'a, b and c wait for each other: a for b (blocked and a conflict), b for c (a task), c for a (a question).',
      evidence: {
        agents: ['a', 'b', 'c'],
        locks: ['x.lock'],
        messages: ['e.1', 'e.2'],
        sources: ['CONFLICT_LOG.json', 'TASKS.json'],
      },
    });
  });

  test('a step without any declared edge is said to be inferred', () => {
    const overlap = { kind: 'lock_overlap', basis: 'inferred' } as const;
    const edges = [edge('a', 'b'), edge('a', 'b', overlap), edge('b', 'a', overlap)];
    assert.equal(
      only(ring(['a', 'b'], edges)).reason,
      'a and b wait for each other: a for b (blocked and overlapping locks), b for a (overlapping locks). Inferred, not declared: that b waits for a.',
    );
  });

  test('where no file says since when, it is since the start of this server', () => {
    const edges = [edge('a', 'b', { since: null }), edge('b', 'a', { since: null })];
    assert.equal(only(ring(['a', 'b'], edges)).since, formatInstant(FACTS.startedAt));
  });

  test('a file that waiting is told from and that can not be read is told too', () => {
    const broken = {
      state: 'unreadable',
      reason: 'TASKS.json is unusable.',
      since: NOW - MINUTE,
      skipped: [],
    } as const;
    const entry = only({ stores: { 'TASKS.json': { ...broken, keptFrom: null, skipped: [] } } });
    assert.deepEqual([entry.kind, entry.severity, entry.subject], ['source_unreadable', 'warning', 'TASKS.json']);
  });
});

test('a swarm in which all is well needs nobody', () => {
  const locks = [lock('a.ts')];
  assert.deepEqual(attention({ ...FACTS, agents: [agent('agent-1', 'active')], locks }), { attention: [], count: 0 });
});

describe('agents', () => {
  test('dead while holding a lock: critical, since its last sign of life', () => {
    assert.deepEqual(only({ agents: [agent('agent-1', 'dead')], locks: [lock('a.ts', { orphaned: true })] }), {
      id: 'agent_dead:agent-1',
      kind: 'agent_dead',
      severity: 'critical',
      since: ago(2 * MINUTE),
      subject: 'agent-1',
      reason: 'agent-1 is dead and holds a lock on a.ts. Why dead.',
      evidence: { agents: ['agent-1'], locks: ['a.ts.lock'], messages: [], sources: [] },
    });
  });

  test('stale while holding locks: a warning; its stale locks are matters of their own', () => {
    const agents = [agent('agent-1', 'stale')];
    const entry = only({ agents, locks: [lock('a.ts'), lock('b.ts'), lock('c.ts', { agent_id: 'agent-2' })] });
    assert.deepEqual([entry.kind, entry.severity], ['agent_stale', 'warning']);
    assert.equal(entry.reason, 'agent-1 is stale and holds 2 locks. Why stale.');
    assert.deepEqual(entry.evidence.locks, ['a.ts.lock', 'b.ts.lock']);
    assert.deepEqual(kinds({ agents, locks: [lock('a.ts', { stale: true })] }), ['agent_stale', 'lock_stale']);
  });

  test('nobody without a lock, and no health that tells nothing', () => {
    assert.deepEqual(kinds({ agents: [agent('agent-1', 'dead'), agent('agent-2', 'stale')] }), []);
    for (const health of ['active', 'unknown'] as const) {
      assert.deepEqual(kinds({ agents: [agent('agent-1', health)], locks: [lock('a.ts')] }), []);
    }
  });

  test('while signs of life can not be read, silence is no fact; a process that is gone is', () => {
    for (const name of ['registry', 'log'] as const) {
      const sources = { ...SOURCES, [name]: { ...SOURCES[name], state: 'unreadable' as const, since: ago(0) } };
      const locks = [lock('a.ts')];
      assert.deepEqual(kinds({ sources, locks, agents: [agent('agent-1', 'stale')] }), []);
      assert.deepEqual(kinds({ sources, locks, agents: [agent('agent-1', 'dead')] }), ['agent_dead']);
    }
  });

  test('without a sign of life it is as old as its oldest lock, or this server', () => {
    const agents = [agent('agent-1', 'dead', { last_evidence_at: null })];
    const locks = [lock('a.ts', { acquired_at: null }), lock('b.ts', { acquired_at: ago(HOUR) })];
    assert.equal(only({ agents, locks }).since, ago(HOUR));
    assert.equal(only({ agents, locks: locks.slice(0, 1) }).since, ago(2 * HOUR));
  });
});

describe('locks', () => {
  test('stale: a notice since it grew stale, until it is taken anew or released', () => {
    const entry = only({ locks: [lock('a.ts', { stale: true, acquired_at: ago(HOUR) })] });
    assert.deepEqual([entry.severity, entry.since, entry.subject], ['notice', ago(HOUR - 300 * SECOND), 'a.ts']);
    assert.equal(
      entry.reason,
      "The lock of agent-1 on a.ts is older than the swarm's limit of 300 s: another agent may take it away.",
    );
    assert.equal(entry.id, `lock_stale:a.ts.lock:${ago(HOUR)}`);
    assert.deepEqual(kinds({ locks: [lock('a.ts', { stale: null, orphaned: null })] }), []);
  });

  test('orphaned: a warning, and the one entry of a lock that is stale too', () => {
    const entry = only({ locks: [lock('a.ts', { orphaned: true })] });
    assert.deepEqual([entry.kind, entry.severity, entry.since], ['lock_orphaned', 'warning', ago(MINUTE)]);
    assert.equal(entry.reason, 'agent-1 holds a.ts, but is not in the registry.');
    const both = only({ locks: [lock('a.ts', { orphaned: true, stale: true })] });
    assert.equal(both.kind, 'lock_orphaned');
    assert.match(both.reason, /registry; the lock is older than/);
  });

  test('values of any type are shown as text', () => {
    const entry = only({ locks: [lock({ x: 1 }, { lock_file: 'x.lock', agent_id: null, orphaned: true })] });
    assert.equal(entry.reason, '(no name) holds {"x":1}, but is not in the registry.');
  });

  test('an overlap of patterns, since the second lock was taken', () => {
    const wide = lock('src/*', { acquired_at: ago(HOUR), pattern: true });
    const others = [lock('src/a.ts', { agent_id: 'agent-2' }), lock('src/b.ts', { agent_id: 'agent-3' })];
    const entry = only({ overlaps: [{ lock: wide, others, file: null }] });
    assert.deepEqual([entry.kind, entry.severity, entry.since], ['lock_overlap', 'warning', ago(MINUTE)]);
    assert.equal(entry.reason, 'agent-1 holds src/*, which overlaps src/a.ts of agent-2 and src/b.ts of agent-3.');
    assert.deepEqual(entry.evidence.agents, ['agent-1', 'agent-2', 'agent-3']);
    assert.deepEqual(entry.evidence.locks, ['src/*.lock', 'src/a.ts.lock', 'src/b.ts.lock']);
    const refreshed = { ...wide, acquired_at: ago(0) };
    assert.equal(only({ overlaps: [{ lock: refreshed, others, file: null }] }).id, entry.id, 'a refresh ends nothing');
    const undated = others.map((other) => ({ ...other, acquired_at: null }));
    assert.equal(only({ overlaps: [{ lock: wide, others: undated, file: null }] }).since, ago(2 * HOUR));
  });

  test('one file under two spellings', () => {
    const others = [lock('/p/src/a.ts', { agent_id: 'agent-2' })];
    const entry = only({ overlaps: [{ lock: lock('src/a.ts'), others, file: 'src/a.ts' }] });
    assert.equal(entry.subject, 'src/a.ts');
    assert.equal(entry.reason, 'agent-1 and agent-2 hold the same file, spelled src/a.ts and /p/src/a.ts.');
  });
});

describe('messages', () => {
  test('a question counts from 5 minutes to 24 hours', () => {
    for (const [age, counts] of [
      [-MINUTE, false],
      [5 * MINUTE - 1, false],
      [5 * MINUTE, true],
      [24 * HOUR, true],
      [24 * HOUR + 1, false],
    ] as const) {
      assert.equal(kinds(waiting(question({ at: NOW - age }))).length, counts ? 1 : 0, `${age}`);
    }
  });

  test('QUESTION is a warning, BLOCKED critical; both lead to the message and its retries', () => {
    assert.deepEqual(only(waiting(question({ seqs: [7, 9] }))), {
      id: 'question_unanswered:q',
      kind: 'question_unanswered',
      severity: 'warning',
      since: ago(10 * MINUTE),
      subject: 'agent-0',
      reason: 'agent-0 asks, and agent-1 has not answered: "Cents?"',
      evidence: { agents: ['agent-0', 'agent-1'], locks: [], messages: ['e.7', 'e.9'], sources: [] },
    });
    const blocked = only(waiting(question({ type: 'BLOCKED', recipients: ['agent-1', 'agent-2'] })));
    assert.deepEqual([blocked.kind, blocked.severity], ['blocked_unanswered', 'critical']);
    assert.equal(blocked.reason, 'agent-0 is blocked, and none of agent-1 and agent-2 has answered: "Cents?"');
    const toAll = only(waiting(question({ recipients: [], msgId: null, text: '' })));
    assert.equal(toAll.reason, 'agent-0 asks, and nobody has answered: it holds no text.');
    assert.equal(toAll.id, 'question_unanswered:e.7');
    const toMany = only(waiting(question({ recipients: ['a', 'b', 'c', 'd', 'e'] })));
    assert.match(toMany.reason, /none of a, b, c and 2 more has answered/);
  });

  test('a failed delivery counts for 30 minutes after the newest', () => {
    assert.deepEqual(only(failing(failure())), {
      id: 'delivery_failed:agent-2:m',
      kind: 'delivery_failed',
      severity: 'warning',
      since: ago(10 * MINUTE),
      subject: 'agent-2',
      reason: 'A message from agent-0 did not reach agent-2, and none has since: "Hi"',
      evidence: { agents: ['agent-2', 'agent-0'], locks: [], messages: ['e.3'], sources: [] },
    });
    assert.deepEqual(kinds(failing(failure({ since: NOW - HOUR, last: NOW - 30 * MINUTE }))), ['delivery_failed']);
    assert.deepEqual(kinds(failing(failure({ last: NOW - 30 * MINUTE - 1 }))), []);
    const many = only(failing(failure({ count: 3, senders: ['a', 'b'], msgId: null })));
    assert.equal(many.reason, '3 messages from a and b did not reach agent-2, and none has since; the first one: "Hi"');
    assert.equal(many.id, 'delivery_failed:agent-2:e.3');
    assert.match(only(failing(failure({ senders: [] }))).reason, /^A message did not reach agent-2/);
  });

  test('an acknowledgement is overdue a minute after its next retry, or after its third', () => {
    const entry = only(pending(ack()));
    assert.deepEqual(
      [entry.kind, entry.severity, entry.since],
      ['acknowledgement_overdue', 'warning', ago(2 * MINUTE)],
    );
    assert.deepEqual([entry.id, entry.subject], ['acknowledgement_overdue:a:agent-1', 'agent-1']);
    assert.equal(
      entry.reason,
      'agent-1 has not acknowledged a message from agent-0 after 1 retry, and the next one is overdue: "Read me"',
    );
    assert.match(
      only(pending(ack({ retryCount: 0 }))).reason,
      /from agent-0, and the first retry is overdue: "Read me"$/,
    );
    for (const [more, counts] of [
      [{ nextRetryAt: NOW - MINUTE }, false],
      [{ nextRetryAt: NOW - MINUTE - 1 }, true],
      [{ nextRetryAt: NOW + HOUR }, false],
      [{ nextRetryAt: null }, false],
      [{ nextRetryAt: null, retryCount: 3 }, true],
      [{ nextRetryAt: NOW + HOUR, retryCount: 2 }, false],
      [{ nextRetryAt: NOW + HOUR, retryCount: 3 }, true],
    ] as const) {
      assert.equal(kinds(pending(ack(more))).length, counts ? 1 : 0, JSON.stringify(more));
    }
    assert.equal(only(pending(ack({ nextRetryAt: null, retryCount: 3 }))).since, ago(HOUR));
  });

  test('it leads to its message where that is known; what a broken send left is told apart', () => {
    const matters = { ...NOTHING_OPEN, awaiting: [['a', 12] as [string, number]] };
    assert.deepEqual(only({ ...pending(ack()), matters }).evidence.messages, ['e.12']);
    const orphan = only(pending(ack({ orphan: true, msgId: 'temp-1', text: '', sender: null })));
    assert.match(orphan.reason, /^A message from \(no name\) to agent-1 broke off before it was sent/);
    assert.deepEqual(orphan.evidence.agents, ['agent-1']);
  });

  test('more open than is watched: said', () => {
    const entry = only({ matters: { ...NOTHING_OPEN, cut: 3 } });
    assert.deepEqual([entry.id, entry.severity], ['source_unreadable:open-matters', 'notice']);
    assert.match(entry.reason, /the oldest 3 are not listed/);
  });
});

describe('sources', () => {
  const broken = (state: Source['state'], since = ago(MINUTE)) => ({ state, since, reason: 'It is broken.' });

  test('what can not be read, once it has been so for two seconds', () => {
    for (const [name, state, severity] of [
      ['registry', 'unreadable', 'critical'],
      ['locks', 'unreadable', 'critical'],
      ['log', 'unreadable', 'critical'],
      ['log', 'degraded', 'notice'],
      ['history', 'degraded', 'notice'],
      ['watcher', 'degraded', 'notice'],
      ['config', 'unreadable', 'warning'],
    ] as const) {
      const sources = (since?: string) => ({ ...SOURCES, [name]: { ...SOURCES[name], ...broken(state, since) } });
      const { evidence, why, ...entry } = only({ sources: sources() });
      assert.deepEqual([why.facts, why.threshold], [['It is broken.'], 'longer than 2 s']);
      assert.deepEqual(entry, {
        id: `source_unreadable:${name}`,
        kind: 'source_unreadable',
        severity,
        since: ago(MINUTE),
        subject: name,
        reason: 'It is broken.',
        group: `source_unreadable:${name}`,
        acknowledged: null,
        snoozed: null,
      });
      assert.deepEqual(evidence.sources, [name]);
      assert.deepEqual(kinds({ sources: sources(ago(2 * SECOND - 1)) }), []);
      assert.deepEqual(kinds({ sources: sources(ago(2 * SECOND)) }), ['source_unreadable']);
    }
  });

  test('a history that had to go to memory is a warning', () => {
    const history = { ...SOURCES.history, ...broken('degraded'), mode: 'memory' as const };
    assert.equal(only({ sources: { ...SOURCES, history } }).severity, 'warning');
  });

  test('what is missing is no fault: it may come', () => {
    const names = Object.keys(SOURCES) as (keyof Sources)[];
    const missing = names.map((name) => [name, { ...SOURCES[name], ...broken('missing') }]);
    assert.deepEqual(kinds({ sources: Object.fromEntries(missing) as Sources }), []);
  });

  test('the list of acknowledgements is a source too', () => {
    const status = { ...FACTS.pendingAcks.status, state: 'unreadable' as const, reason: 'Broken.' };
    const entry = only({ pendingAcks: { acks: [], status } });
    assert.deepEqual([entry.id, entry.severity], ['source_unreadable:PENDING_ACKS.json', 'warning']);
  });
});

test('worst first, then longest standing', () => {
  const questions = [
    question({ msgId: 'young', at: NOW - 6 * MINUTE }),
    question({ msgId: 'old', at: NOW - 7 * MINUTE }),
    question({ msgId: 'blocked', type: 'BLOCKED', at: NOW - 5 * MINUTE }),
  ];
  const locks = [lock('a.ts', { stale: true, acquired_at: ago(24 * HOUR) })];
  assert.deepEqual(
    entries({ ...waiting(...questions), locks }).map(({ id }) => id.split(':')[1]),
    ['blocked', 'old', 'young', 'a.ts.lock'],
  );
});

test('the same entries at every time they stand: ids, since and reasons hold no ages', () => {
  const facts: Partial<AttentionFacts> = {
    ...pending(ack()),
    agents: [agent('agent-1', 'dead')],
    locks: [
      lock('a.ts'),
      lock('b.ts', { agent_id: 'x', orphaned: true }),
      lock('c.ts', { agent_id: 'y', stale: true }),
    ],
    overlaps: [{ lock: lock('a.ts'), others: [lock('./a.ts')], file: 'a.ts' }],
    matters: { ...NOTHING_OPEN, questions: [question()], failures: [failure()] },
    sources: { ...SOURCES, registry: { ...OK, state: 'unreadable', reason: 'Broken.' } },
  };
  const first = entries(facts);
  assert.equal(first.length, 8);
  assert.deepEqual(entries({ ...facts, time: new PassingTime(NOW + 10 * MINUTE) }), first);
});

test('what a file lists twice is one entry', () => {
  assert.deepEqual(kinds(pending(ack(), ack())), ['acknowledgement_overdue']);
  const twice = [agent('agent-1', 'dead'), agent('agent-1', 'dead')];
  assert.deepEqual(kinds({ agents: twice, locks: [lock('a.ts')] }), ['agent_dead']);
});

test('of very many the worst 500 are listed and all counted; evidence is bounded too', () => {
  const locks = Array.from({ length: 600 }, (_, index) => lock(`${index}`, { stale: true }));
  const agents = [agent('agent-9', 'dead')];
  const many = attention({
    ...FACTS,
    agents,
    locks: [...locks, ...locks.map((one) => ({ ...one, agent_id: 'agent-9' }))],
  });
  assert.deepEqual([many.attention.length, many.count], [500, 601]);
  assert.equal(many.attention[0]?.kind, 'agent_dead');
  assert.equal(many.attention[0]?.evidence.locks.length, 50);
});

test('whatever the facts: unique ids, in order, as the contract has it', () => {
  const health = fc.constantFrom('active', 'stale', 'dead', 'unknown') as fc.Arbitrary<Agent['health']>;
  const name = fc.constantFrom('agent-0', 'agent-1', 'x');
  const maybe = fc.constantFrom(true, false, null);
  const time = fc.integer({ min: NOW - 48 * HOUR, max: NOW + HOUR });
  const facts = fc.record({
    agents: fc.array(fc.tuple(name, health).map(([id, state]) => agent(id, state))),
    locks: fc.array(
      fc
        .tuple(fc.jsonValue(), fc.oneof(name, fc.jsonValue()), maybe, maybe)
        .map(([filepath, agent_id, stale, orphaned]) => lock(filepath, { agent_id, stale, orphaned })),
    ),
    questions: fc.array(fc.tuple(fc.string(), time).map(([msgId, at]) => question({ msgId, at }))),
    acks: fc.array(
      fc
        .tuple(fc.string(), time, fc.nat(4))
        .map(([msgId, at, retryCount]) => ack({ msgId, nextRetryAt: at, retryCount })),
    ),
  });
  fc.assert(
    fc.property(facts, ({ questions, acks, ...rest }) => {
      const found = entries({ ...rest, ...waiting(...questions), ...pending(...acks) });
      assert.equal(new Set(found.map(({ id }) => id)).size, found.length);
      const places = found.map(
        ({ severity, since }) => `${['critical', 'warning', 'notice'].indexOf(severity)} ${since}`,
      );
      assert.deepEqual(places, places.toSorted());
    }),
  );
});
