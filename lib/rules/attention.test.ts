import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  agentWith as agent,
  ago,
  attention,
  entriesFor as entries,
  FACTS,
  HOUR,
  kindsFor as kinds,
  lockOn as lock,
  MINUTE,
  NOW,
  onlyEntryFor as only,
  SECOND,
  SOURCES,
} from '../../test/support/attention-fixtures';
import { NO_ATTENTION } from '../contract/defaults';
import { formatInstant } from '../contract/instant';
import type { WaitEdge } from '../contract/past-schemas';
import type { Agent, Source, Sources } from '../contract/schemas';
import type { PendingAck } from '../sources/claudeswarm/pending-acks';
import { type AttentionFacts, judgeAttention } from './attention';
import { fingerprintOf } from './attention-dispositions';
import { DeadlineClock } from './deadline-clock';
import type { FailedRecipient } from './failed-deliveries';
import type { OpenQuestion } from './unresolved-messages';

const NOTHING_OPEN = FACTS.unresolved;
const OK = SOURCES.registry;

function question(more: Partial<OpenQuestion> = {}): OpenQuestion {
  const asked = { sender: 'agent-0', recipients: ['agent-1'], at: NOW - 10 * MINUTE, text: 'Cents?', seqs: [7] };
  return { type: 'QUESTION', msgId: 'q', askedBack: null, ...asked, ...more };
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
    folder: null,
    ...times,
    ...more,
  };
}

type Awaiting = [msgId: string, seq: number, answeredBy: string[]];

const waiting = (...questions: OpenQuestion[]) => ({ unresolved: { ...NOTHING_OPEN, questions } });
const failing = (...failures: FailedRecipient[]) => ({
  unresolved: { ...NOTHING_OPEN, failures },
  agents: [agent('agent-2', 'active')],
});
const pending = (...acks: PendingAck[]) => ({
  pendingAcks: { ...FACTS.pendingAcks, acks },
  agents: [agent('agent-0', 'active'), agent('agent-1', 'active')],
});

describe('deadlocks', () => {
  const edge = (from: string, to: string, more: Partial<WaitEdge> = {}): WaitEdge => ({
    weak: false,
    blocks: true,
    alternatives: 0,
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
  const waitCycle = (agents: string[], edges: WaitEdge[]) => ({
    waiting: { edges, cycles: [{ agents, edges: edges.map(({ id }) => id) }] },
  });

  test('judgeAttention(): deadlocks come first, since the cycle was closed, with all the evidence', () => {
    const none = { locks: [], messages: [], tasks: [], conflicts: [] };
    const edges = [
      edge('a', 'b', { since: ago(HOUR), evidence: { ...none, messages: ['e.1'] } }),
      edge('a', 'b', { kind: 'conflict', since: ago(0), evidence: { ...none, conflicts: ['c'], locks: ['x.lock'] } }),
      edge('b', 'c', { kind: 'task', since: null, evidence: { ...none, tasks: ['t', 'u'] } }),
      edge('c', 'a', { kind: 'question', evidence: { ...none, messages: ['e.2'] } }),
    ];
    const dead = { agents: [agent('agent-1', 'dead', { last_evidence_at: ago(9 * HOUR) })], locks: [lock('a.ts')] };
    const [first, second] = entries({ ...waitCycle(['a', 'b', 'c'], edges), ...dead });
    assert.equal(second?.kind, 'agent_dead');
    assert.ok(first);
    const { why, ...others } = first;
    assert.deepEqual(why.facts, Array(4).fill('It waits.'));
    assert.match(why.rule, /An overdue acknowledgement does not count as a wait/);
    assert.deepEqual(others, {
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
      group: 'deadlock:a, b and c',
      acknowledged: null,
      snoozed: null,
    });
  });

  test('judgeAttention(): a step without a declared edge is marked as inferred', () => {
    const overlap = { kind: 'lock_overlap', basis: 'inferred' } as const;
    const edges = [edge('a', 'b'), edge('a', 'b', overlap), edge('b', 'a', overlap)];
    assert.equal(
      only(waitCycle(['a', 'b'], edges)).reason,
      'a and b wait for each other: a for b (blocked and overlapping locks), b for a (overlapping locks). Inferred, not declared: that b waits for a.',
    );
  });

  test('judgeAttention(): where no file has a time, an item is as old as this server', () => {
    const edges = [edge('a', 'b', { since: null }), edge('b', 'a', { since: null })];
    assert.equal(only(waitCycle(['a', 'b'], edges)).since, formatInstant(FACTS.startedAt));
  });

  test('judgeAttention(): an unreadable file from which waits are concluded is an item too', () => {
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

test('judgeAttention(): a swarm without problems has no items', () => {
  const locks = [lock('a.ts')];
  assert.deepEqual(attention({ ...FACTS, agents: [agent('agent-1', 'active')], locks }), NO_ATTENTION);
});

describe('messages', () => {
  test('questionItems(): a question counts from 5 minutes to 24 hours', () => {
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

  test('questionItems(): QUESTION is a warning, BLOCKED critical; both name the message and its retries', () => {
    const { why, ...asked } = only(waiting(question({ seqs: [7, 9] })));
    assert.deepEqual(asked, {
      id: 'question_unanswered:q',
      kind: 'question_unanswered',
      severity: 'warning',
      since: ago(10 * MINUTE),
      subject: 'agent-0',
      reason: 'agent-0 asks, and agent-1 has not answered: "Cents?"',
      evidence: { agents: ['agent-0', 'agent-1'], locks: [], messages: ['e.7', 'e.9'], sources: [] },
      group: 'question_unanswered:agent-0',
      acknowledged: null,
      snoozed: null,
    });
    assert.match(why.rule, /at most two others.*A broadcast is not an answer\.$/);
    assert.equal(why.threshold, '5 minutes without an answer, for at most 24 hours');
    assert.match(why.setting ?? '', /SWARM_ATTENTION_QUESTION_MINUTES/);
    assert.equal(why.facts.length, 2);
    const blocked = only(waiting(question({ type: 'BLOCKED', recipients: ['agent-1', 'agent-2'] })));
    assert.deepEqual([blocked.kind, blocked.severity], ['blocked_unanswered', 'critical']);
    assert.equal(blocked.reason, 'agent-0 is blocked, and none of agent-1 and agent-2 has answered: "Cents?"');
    const toAll = only(waiting(question({ recipients: [], msgId: null, text: '' })));
    assert.equal(toAll.reason, 'agent-0 asks, and nobody has answered: the message has no text.');
    assert.equal(toAll.id, 'question_unanswered:e.7');
    const toMany = only(waiting(question({ recipients: ['a', 'b', 'c', 'd', 'e'] })));
    assert.match(toMany.reason, /none of a, b, c and 2 more has answered/);
  });

  test('questionItems(): a counter-question keeps it open and is named, with its message', () => {
    const entry = only(waiting(question({ askedBack: { by: 'agent-1', seq: 8 } })));
    assert.equal(entry.reason, 'agent-0 asks, and agent-1 has not answered: "Cents?" agent-1 asked back.');
    assert.deepEqual(entry.evidence.messages, ['e.7', 'e.8']);
    assert.match(entry.why.facts.join(' '), /agent-1 sent agent-0 a QUESTION or BLOCKED since/);
  });

  test('questionItems(): it ends with the life of its asker, and mentions a replaced recipient', () => {
    const open = waiting(question());
    const began = (at: number) => ({ life_began_at: formatInstant(at) });
    const sent = NOW - 10 * MINUTE;
    assert.deepEqual(kinds({ ...open, agents: [agent('agent-0', 'active', began(sent + 1))] }), []);
    assert.deepEqual(kinds({ ...open, agents: [agent('agent-0', 'active', began(sent))] }), ['question_unanswered']);
    assert.match(
      only({ ...open, agents: [agent('agent-1', 'active', began(sent + 1))] }).reason,
      /"Cents\?" agent-1 has been replaced since, and the new one may not have seen it\.$/,
    );
  });

  test('questionItems(): an asker that left the registry is named as departed', () => {
    const departed = [{ ...agent('agent-0', 'unknown'), left_at: ago(MINUTE), left_reason: 'Why.' }];
    assert.match(only({ ...waiting(question()), departed }).reason, /"Cents\?" agent-0 has left the registry\.$/);
    const back = { departed, agents: [agent('agent-0', 'active')] };
    assert.match(only({ ...waiting(question()), ...back }).reason, /"Cents\?"$/, 'it is back');
  });

  test('deliveryItems(): a failed delivery counts for 30 minutes after the newest', () => {
    const { why, group, ...entry } = only(failing(failure()));
    assert.deepEqual(entry, {
      id: 'delivery_failed:agent-2:m',
      kind: 'delivery_failed',
      severity: 'warning',
      since: ago(10 * MINUTE),
      subject: 'agent-2',
      reason: 'A message from agent-0 did not reach agent-2, and none has since: "Hi"',
      evidence: { agents: ['agent-2', 'agent-0'], locks: [], messages: ['e.3'], sources: [] },
      acknowledged: null,
      snoozed: null,
    });
    assert.equal(group, 'delivery_failed:agent-2');
    assert.deepEqual(
      [why.threshold, why.setting],
      ['at most 30 minutes after the newest failure', 'SWARM_ATTENTION_DELIVERY_MINUTES'],
    );
    assert.deepEqual(kinds(failing(failure({ since: NOW - HOUR, last: NOW - 30 * MINUTE }))), ['delivery_failed']);
    assert.deepEqual(kinds(failing(failure({ last: NOW - 30 * MINUTE - 1 }))), []);
    const many = only(failing(failure({ count: 3, senders: ['a', 'b'], msgId: null })));
    assert.equal(many.reason, '3 messages from a and b did not reach agent-2, and none has since; the first one: "Hi"');
    assert.equal(many.id, 'delivery_failed:agent-2:e.3');
    assert.match(only(failing(failure({ senders: [] }))).reason, /^A message did not reach agent-2/);
  });

  test('deliveryItems(): a recipient that left or was replaced', () => {
    assert.match(only({ ...failing(failure()), agents: [] }).reason, /"Hi" agent-2 is not in the registry\.$/);
    const departed = [{ ...agent('agent-2', 'unknown'), left_at: ago(MINUTE), left_reason: 'Why.' }];
    assert.match(only({ ...failing(failure()), agents: [], departed }).reason, /agent-2 has left the registry\.$/);
    const unread = { ...SOURCES, registry: { ...OK, state: 'missing' as const, reason: 'None.' } };
    assert.match(
      only({ ...failing(failure()), agents: [], sources: unread }).reason,
      /"Hi"$/,
      'the registry cannot be read',
    );
    const replaced = [agent('agent-2', 'active', { life_began_at: ago(MINUTE - 1) })];
    assert.deepEqual(kinds({ ...failing(failure()), agents: replaced }), [], 'it was the former one');
  });

  test('acknowledgementItems(): overdue a minute after its next retry, or after its third: a notice', () => {
    const entry = only(pending(ack()));
    assert.deepEqual([entry.kind, entry.severity, entry.since], ['acknowledgement_overdue', 'notice', ago(2 * MINUTE)]);
    assert.deepEqual([entry.id, entry.subject], ['acknowledgement_overdue:["agent-0","agent-1"]', 'agent-1']);
    assert.equal(
      entry.reason,
      `agent-1 has not acknowledged a message from agent-0: "Read me" It ends with a message from agent-1 to agent-0, or one that quotes the id a; to inform the swarm's tool, run in the swarm's root: python3 -c 'from claudeswarm.ack import acknowledge_message as ack; print(ack("a", "agent-1"))'`,
    );
    assert.deepEqual(entry.why.facts, ['PENDING_ACKS.json lists a after 1 retry, and the next retry is overdue.']);
    assert.equal(entry.why.setting, 'SWARM_ATTENTION_ACK_SECONDS');
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

  test('acknowledgementItems(): one item for each pair of agents, in whatever folder they are listed', () => {
    const older = ack({ msgId: 'b', text: 'First', nextRetryAt: NOW - 3 * MINUTE, folder: '/srv/sub' });
    const entry = only(pending(ack(), older, ack({ msgId: 'c', nextRetryAt: NOW })));
    assert.match(entry.reason, /^agent-1 has not acknowledged 2 messages from agent-0; the first one: "First"/);
    assert.match(entry.reason, /run in \/srv\/sub: /);
    assert.match(entry.why.facts.join(' '), /\/srv\/sub\/PENDING_ACKS\.json lists b after/);
    assert.equal(entry.since, ago(3 * MINUTE));
    assert.equal(kinds(pending(ack(), ack({ sender: 'agent-1', recipient: 'agent-0' }))).length, 2);
  });

  test('acknowledgementItems(): it ends with an answer, with a departed agent, and with the life of its sender', () => {
    const awaiting = (...by: string[]) => ({ unresolved: { ...NOTHING_OPEN, awaiting: [['a', 5, by]] as Awaiting[] } });
    assert.equal(kinds({ ...pending(ack()), ...awaiting('agent-3') }).length, 1);
    assert.deepEqual(kinds({ ...pending(ack()), ...awaiting('agent-1') }), []);
    for (const id of ['agent-0', 'agent-1']) {
      assert.deepEqual(kinds({ ...pending(ack()), agents: [agent(id, 'active')] }), [], `only ${id} is left`);
    }
    const since = { life_began_at: ago(HOUR - 1) };
    const [zero, one] = [agent('agent-0', 'active'), agent('agent-1', 'active')];
    assert.deepEqual(kinds({ ...pending(ack()), agents: [{ ...zero, ...since }, one] }), []);
    assert.match(
      only({ ...pending(ack()), agents: [zero, { ...one, ...since }] }).reason,
      / agent-1 has been replaced since, and the new one may not have seen it\.$/,
    );
  });

  test('acknowledgementItems(): no command where a name would need quoting', () => {
    const odd = { ...pending(ack({ msgId: "a'; rm" })) };
    assert.match(only(odd).reason, /one that quotes the id a'; rm\.$/);
  });

  test('acknowledgementItems(): an entry without a sender is listed too', () => {
    const entry = only(pending(ack({ sender: null })));
    assert.match(entry.reason, /^agent-1 has not acknowledged a message from \(no name\): "Read me"/);
    assert.deepEqual(entry.evidence.agents, ['agent-1']);
  });

  test('acknowledgementItems(): names its message where known; an entry of a broken send is distinguished', () => {
    const unresolved = { ...NOTHING_OPEN, awaiting: [['a', 12, []]] as Awaiting[] };
    assert.deepEqual(only({ ...pending(ack()), unresolved }).evidence.messages, ['e.12']);
    const orphan = only(pending(ack({ orphan: true, msgId: 'temp-1', text: '', sender: null })));
    assert.match(orphan.reason, /^A message from \(no name\) to agent-1 broke off before it was sent/);
    assert.deepEqual([orphan.severity, orphan.evidence.agents], ['warning', ['agent-1']]);
  });

  test('judgeAttention(): a notice where more messages are unresolved than are kept', () => {
    const entry = only({ unresolved: { ...NOTHING_OPEN, cut: 3 } });
    assert.deepEqual([entry.id, entry.severity], ['source_unreadable:open-matters', 'notice']);
    assert.match(entry.reason, /the oldest 3 are not listed/);
  });
});

describe('sources', () => {
  const broken = (state: Source['state'], since = ago(MINUTE)) => ({ state, since, reason: 'It is broken.' });

  test('sourceItems(): a source that has been unreadable for two seconds', () => {
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
      const { evidence, why, acknowledged, snoozed, ...entry } = only({ sources: sources() });
      assert.deepEqual(entry, {
        id: `source_unreadable:${name}`,
        kind: 'source_unreadable',
        severity,
        since: ago(MINUTE),
        subject: name,
        reason: 'It is broken.',
        group: `source_unreadable:${name}`,
      });
      assert.deepEqual([acknowledged, snoozed], [null, null]);
      assert.ok(why.rule !== '' && why.facts.includes('It is broken.'));
      assert.deepEqual(evidence.sources, [name]);
      assert.deepEqual(kinds({ sources: sources(ago(2 * SECOND - 1)) }), []);
      assert.deepEqual(kinds({ sources: sources(ago(2 * SECOND)) }), ['source_unreadable']);
    }
  });

  test('sourceItems(): a history that had to move to memory is a warning', () => {
    const history = { ...SOURCES.history, ...broken('degraded'), mode: 'memory' as const };
    assert.equal(only({ sources: { ...SOURCES, history } }).severity, 'warning');
  });

  test('sourceItems(): a missing file is not a fault: it may come', () => {
    const names = Object.keys(SOURCES) as (keyof Sources)[];
    const missing = names.map((name) => [name, { ...SOURCES[name], ...broken('missing') }]);
    assert.deepEqual(kinds({ sources: Object.fromEntries(missing) as Sources }), []);
  });

  test('sourceItems(): the list of acknowledgements is a source too', () => {
    const status = { ...FACTS.pendingAcks.status, state: 'unreadable' as const, reason: 'Broken.' };
    const entry = only({ pendingAcks: { acks: [], status } });
    assert.deepEqual([entry.id, entry.severity], ['source_unreadable:PENDING_ACKS.json', 'warning']);
  });
});

test('judgeAttention(): worst first, then oldest', () => {
  const questions = [
    question({ msgId: 'young', at: NOW - 6 * MINUTE }),
    question({ msgId: 'old', at: NOW - 7 * MINUTE }),
    question({ msgId: 'blocked', type: 'BLOCKED', at: NOW - 5 * MINUTE }),
  ];
  const locks = [
    lock('a.ts', {
      stale: true,
      acquired_at: ago(24 * HOUR),
      conflicts_with: [{ lock_file: 'x', agent_id: 'agent-2', filepath: 'a*' }],
    }),
  ];
  assert.deepEqual(
    entries({ ...waiting(...questions), locks }).map(({ id }) => id.split(':')[1]),
    ['blocked', 'old', 'young', 'agent-1'],
  );
});

test('judgeAttention(): the same entries at every later time: ids, since and reasons contain no ages', () => {
  const facts: Partial<AttentionFacts> = {
    ...pending(ack()),
    agents: [agent('agent-0', 'active'), agent('agent-1', 'dead')],
    locks: [
      lock('a.ts'),
      lock('b.ts', { agent_id: 'x', orphaned: true }),
      lock('c.ts', { agent_id: 'y', stale: true, conflicts_with: [{ lock_file: 'x', agent_id: 'z', filepath: 'c*' }] }),
    ],
    overlaps: [{ lock: lock('a.ts'), others: [lock('./a.ts')], file: 'a.ts' }],
    unresolved: { ...NOTHING_OPEN, questions: [question()], failures: [failure()] },
    sources: { ...SOURCES, registry: { ...OK, state: 'unreadable', reason: 'Broken.' } },
  };
  const first = entries(facts);
  assert.equal(first.length, 8);
  assert.deepEqual(entries({ ...facts, time: new DeadlineClock(NOW + 10 * MINUTE) }), first);
});

test('judgeAttention(): an item that a file lists twice is one entry', () => {
  assert.deepEqual(kinds(pending(ack(), ack())), ['acknowledgement_overdue']);
  const twice = [agent('agent-1', 'dead'), agent('agent-1', 'dead')];
  assert.deepEqual(kinds({ agents: twice, locks: [lock('a.ts')] }), ['agent_dead']);
});

test('judgeAttention(): of very many the worst 500 are listed and all counted; evidence is bounded too', () => {
  const locks = Array.from({ length: 600 }, (_, index) => lock(`${index}`, { agent_id: `x-${index}`, orphaned: true }));
  const many = attention({
    ...FACTS,
    agents: [agent('agent-9', 'dead')],
    locks: [...locks, ...locks.map((one) => ({ ...one, agent_id: 'agent-9' }))],
  });
  assert.deepEqual([many.attention.length, many.count], [500, 601]);
  assert.equal(many.attention[0]?.kind, 'agent_dead');
  assert.equal(many.attention[0]?.evidence.locks.length, 50);
});

test('judgeAttention(): holders beyond 1,000 that are gone share one item, which counts all their locks', () => {
  const holders = Array.from({ length: 1200 }, (_, index) => `ghost-${String(index).padStart(4, '0')}`);
  const locks = holders.flatMap((agent_id, index) => {
    const acquired_at = index < 200 ? '2026-01-01T00:00:00+00:00' : '2026-01-02T00:00:00+00:00';
    const facts = { agent_id, acquired_at, orphaned: true };
    return Array.from({ length: index < 200 ? 1 : 2 }, (_, one) => lock(`${agent_id}/${one}`, facts));
  });
  const { count, attention: listed } = attention({ ...FACTS, locks });
  assert.equal(count, 1001);
  const others = listed.find(({ id }) => id === 'lock_orphaned:other holders');
  assert.match(others?.reason ?? '', /^200 more holders that are gone or not in the registry hold 200 locks\./);
  assert.equal(others?.evidence.locks.length, 50);
});

test('judgeAttention(): unique ids, in order, by the contract, whatever the facts', () => {
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

test('judgeAttention(): where not all can be listed, acknowledged items are left out first, and stay counted', () => {
  const orphans = Array.from({ length: 600 }, (_, index) =>
    lock(`${index}`, { orphaned: true, agent_id: `ghost-${index}` }),
  );
  const facts = { ...FACTS, locks: orphans };
  const first = judgeAttention(facts, []).answer;
  assert.equal(first.count, 600);
  const decided = first.attention.slice(0, 300).map((entry) => ({
    ...{ id: entry.id, fingerprint: fingerprintOf(entry), snoozed: null },
    acknowledged: { by: null, at: NOW },
  }));
  const { answer, present } = judgeAttention(facts, decided);
  const marked = answer.attention.filter(({ acknowledged }) => acknowledged !== null).length;
  assert.deepEqual([answer.count, answer.hidden_count, answer.attention.length], [600, 300, 500]);
  assert.deepEqual([marked, present.length], [200, 300]);
});
