import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, mock, type TestContext, test } from 'node:test';
import type { AttentionAnswer } from '../contract/schemas';
import { TasksReader } from '../sources/claudeswarm/tasks';
import { SwarmAttention } from './attention';
import type { SwarmDescription } from './description';
import type { SwarmSources } from './source-status';

const SECOND = 1000;
const NOW = Date.UTC(2026, 1, 3, 8);
const root = mkdtempSync(join(tmpdir(), 'swarm-attention-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** The attention of a swarm without agents and locks; publishes to `publish`. */
function attentionTo(
  publish: (answer: AttentionAnswer) => void,
  onFault: (error: unknown) => void = assert.ifError,
  onBlocked = () => {},
) {
  return new SwarmAttention({
    operatorName: 'operator',
    root,
    zone: 'UTC',
    tasks: new TasksReader(root),
    limits: {
      questionFromMs: 60 * SECOND,
      questionUntilMs: 120 * SECOND,
      deliveryUntilMs: 0,
      ackOverdueMs: 0,
      unreadFromMs: 0,
    },
    staleTimeoutSeconds: 300,
    startedAt: NOW,
    description: {
      agents: { agents: [], departed: [] },
      locks: { locks: [] },
      allLocks: [],
      overlaps: [],
      sessionTasks: [],
      blocked: new Map(),
    } as unknown as SwarmDescription,
    sources: { now: () => ({ registry: {}, log: {} }) } as unknown as SwarmSources,
    others: () => ({}),
    publish,
    onBlocked,
    review: () => {},
    onFault,
  });
}

/** Makes work take no time, so that it is not divided into turns. */
function inOneTurn(context: TestContext) {
  context.mock.method(performance, 'now', () => 0);
}

test('requestIfDue(): the items are computed again when time changes them, and not before', (context) => {
  mock.timers.enable({ apis: ['Date', 'setTimeout'], now: NOW });
  inOneTurn(context);
  context.after(() => mock.timers.reset());
  const counts: number[] = [];
  const attention = attentionTo(({ count }) => counts.push(count));
  const asked = { sender: 'a', recipients: [], at: NOW, text: '', seqs: [1], askedBack: null };
  const question = { type: 'QUESTION' as const, msgId: 'q', ...asked };
  attention.unresolved = { ...attention.unresolved, questions: [question] };
  attention.requestIfDue();
  for (let second = 1; second <= 130; second++) {
    mock.timers.tick(SECOND);
    attention.requestIfDue();
  }
  assert.deepEqual(counts, [0, 1, 0]);
  mock.timers.setTime(NOW + 90 * SECOND);
  attention.requestIfDue();
  assert.deepEqual(counts, [0, 1, 0, 1], 'the clock was set back');
  attention.stop();
});

test('requestIfDue(): items that could not be computed are computed at the next heartbeat', (context) => {
  mock.timers.enable({ apis: ['Date', 'setTimeout'], now: NOW });
  inOneTurn(context);
  context.after(() => mock.timers.reset());
  const faults: unknown[] = [];
  const fault = new Error('once');
  let published = 0;
  const attention = attentionTo(
    () => {
      if (++published === 2) throw fault;
    },
    (error) => faults.push(error),
  );
  for (let turn = 1; turn <= 4; turn++) {
    if (turn === 2) attention.request();
    else attention.requestIfDue();
    mock.timers.tick(SECOND);
  }
  assert.equal(published, 3);
  assert.deepEqual(faults, [null, fault, null]);
  attention.stop();
});

test('attend(): other blocked agents are reported once, and again when they are no longer blocked', () => {
  let reports = 0;
  const attention = attentionTo(
    () => {},
    assert.ifError,
    () => {
      reports += 1;
    },
  );
  const blocked = { type: 'BLOCKED' as const, msgId: 'b', sender: 'a', recipients: ['b'], text: 'Go on?', seqs: [1] };
  attention.unresolved = { ...attention.unresolved, questions: [{ ...blocked, at: Date.now(), askedBack: null }] };
  attention.attend();
  attention.attend();
  assert.equal(reports, 1);
  attention.unresolved = { ...attention.unresolved, questions: [] };
  attention.attend();
  assert.equal(reports, 2);
  attention.stop();
});

test('attend(): a fault is reported to onFault, not thrown', () => {
  const faults: unknown[] = [];
  const fault = new Error('always');
  const attention = attentionTo(
    () => {
      throw fault;
    },
    (error) => faults.push(error),
  );
  attention.attend();
  assert.deepEqual(faults, [fault]);
});

test('request(): a computation in turns is dropped if another one begins from newer facts', async (context) => {
  mock.timers.enable({ apis: ['Date', 'setTimeout'], now: NOW });
  context.after(() => mock.timers.reset());
  let ticks = 0;
  // Every step takes longer than a turn may.
  context.mock.method(performance, 'now', () => (ticks += 10));
  const counts: number[] = [];
  const attention = attentionTo(({ count }) => counts.push(count));
  attention.request();
  assert.deepEqual(counts, [], 'not computed in this turn');
  const asked = { sender: 'a', recipients: [], at: NOW - 61 * SECOND, text: '', seqs: [1], askedBack: null };
  const question = { type: 'QUESTION' as const, msgId: 'q', ...asked };
  attention.unresolved = { ...attention.unresolved, questions: [question] };
  attention.attend();
  assert.deepEqual(counts, [1]);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(counts, [1], 'the older computation publishes nothing');
  attention.stop();
});
