import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptMessage } from '../../test/support/test-outbox';
import { until } from '../../test/support/until';
import type { ActionRecord, KnownAction } from '../contract/action-record';
import { type Action, ActionRefused, ActionUnclear, type Caller, type Done } from './action';
import { Outgoing } from './messages/outgoing';
import { sendMessage } from './messages/send-message';
import { ActionRunner, type RecordAction } from './runner';

const ADA: Caller = { name: 'ada', client: '192.0.2.7' };
const NOW = Date.parse('2026-02-03T09:30:00Z');

interface Body {
  path: string;
}

/** A command that counts its effects, and what it does. */
function releaseLock(run: (body: Body) => Promise<Done<object>> | Done<object> = released) {
  let effects = 0;
  const action: Action<Body, object> = {
    name: 'release_lock',
    group: 'locks',
    outcomes: ['released'],
    subject: (body) => ({ target: body.path, agentId: 'agent-1', request: body }),
    run: async (body) => {
      effects += 1;
      return run(body);
    },
  };
  return { action, effects: () => effects };
}

const released = (): Done<object> => ({ answer: { outcome: 'released' }, outcome: 'released', detail: null });

/** In place of the history: rows by their runs, and a fault while it has one. */
function memoryRecord() {
  const rows = new Map<string, ActionRecord>();
  const state: { fault: Error | null } = { fault: null };
  const record: RecordAction = async (step, row): Promise<KnownAction | null> => {
    if (state.fault) throw state.fault;
    const sameKey = [...rows.values()].find(
      ({ principal, key }) => key !== null && key === row.key && principal === row.principal,
    );
    if (step === 'start' && sameKey) return sameKey;
    rows.set(row.run, row);
    return null;
  };
  const told = () => [...rows.values()].map(({ action, outcome, detail }) => [action, outcome, detail]);
  return { rows, state, record, told };
}

function newRunner(record: RecordAction, options: Partial<ConstructorParameters<typeof ActionRunner>[0]> = {}) {
  return new ActionRunner({ groups: ['locks'], record, now: () => NOW, retryMs: 5, ...options });
}

/** The command that sends messages, over an outbox that only notes their texts. */
function sendMessages() {
  const sent: string[] = [];
  const action = sendMessage({
    outbox: {
      openCount: 0,
      send: async ({ content }) => {
        sent.push(content);
        return new Outgoing(keptMessage('m', []));
      },
    },
    agents: { isKnown: () => true, everyone: () => ({ ids: [] }) },
    operatorName: 'operator',
    answerTimeoutMs: 1,
  });
  return { action, sent };
}

test('run(): the record is written before the effect and completed after it', async () => {
  const { rows, record, told } = memoryRecord();
  const during: unknown[] = [];
  const { action } = releaseLock(() => {
    during.push(...told());
    return { status: 201, answer: { a: 1 }, outcome: 'released', detail: 'It was held.' };
  });
  const done = await newRunner(record).run(action, { path: 'src/a.ts' }, ADA);
  assert.deepEqual(during, [['release_lock', 'started', null]]);
  assert.deepEqual(done, { status: 201, answer: { a: 1 }, outcome: 'released', detail: 'It was held.' });
  const [row] = [...rows.values()];
  assert.ok(row);
  assert.deepEqual(
    { ...row, run: '' },
    {
      ...{ run: '', at: NOW, endedAt: NOW, principal: 'ada', client: '192.0.2.7', action: 'release_lock' },
      ...{ target: 'src/a.ts', agentId: 'agent-1', request: '{"path":"src/a.ts"}', outcome: 'released' },
      ...{ detail: 'It was held.', key: null, fingerprint: null, answer: null },
    },
  );
});

test('run(): refusals, failures and groups that are off are recorded with their reasons', async () => {
  const { record, told } = memoryRecord();
  const runner = newRunner(record);
  const refused = releaseLock(() =>
    Promise.reject(new ActionRefused('lock_held_by_other', 'agent-2 holds it.', { lock: 1 })),
  );
  await assert.rejects(runner.run(refused.action, { path: 'a' }, ADA), {
    code: 'lock_held_by_other',
    more: { lock: 1 },
  });
  const failed = releaseLock(() => Promise.reject(new Error('EACCES: no way')));
  await assert.rejects(runner.run(failed.action, { path: 'a' }, ADA), { message: 'EACCES: no way' });
  const off = { ...releaseLock().action, group: 'terminal' as const };
  await assert.rejects(runner.run(off, { path: 'a' }, ADA), { code: 'actions_off' });
  await runner.refuse(off, ADA, new Error('The body is no JSON.'));
  assert.deepEqual(told(), [
    ['release_lock', 'refused', 'agent-2 holds it.'],
    ['release_lock', 'failed', 'EACCES: no way'],
    [
      'release_lock',
      'refused',
      'Commands of the group "terminal" are switched off; the setting ACTIONS lists those that are on.',
    ],
    ['release_lock', 'refused', 'The body is no JSON.'],
  ]);
  assert.deepEqual(runner.counts(), [
    { action: 'release_lock', outcome: 'refused', count: 3 },
    { action: 'release_lock', outcome: 'failed', count: 1 },
  ]);
});

test('run(): what cannot be recorded is not carried out, and its refusal is recorded later', async () => {
  const { state, record, told } = memoryRecord();
  const { action, effects } = releaseLock();
  const runner = newRunner(record);
  state.fault = new Error('The disk is full.');
  const refusal = 'The command could not be recorded, so it was not carried out: The disk is full.';
  await assert.rejects(runner.run(action, { path: 'a' }, ADA, { key: 'k' }), { code: 'unavailable', message: refusal });
  assert.equal(effects(), 0);
  state.fault = null;
  await until(
    async () => told().length,
    (count) => count === 1,
  );
  assert.deepEqual(told(), [['release_lock', 'refused', refusal]]);
  await runner.run(action, { path: 'a' }, ADA, { key: 'k' });
  assert.equal(effects(), 1, 'the key may be used again');
  await runner.stop();
});

test('run(): a history that does not answer refuses the command, also if the beginning is written in the end', async () => {
  const { rows, record, told } = memoryRecord();
  const { action, effects } = releaseLock();
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const slow: RecordAction = async (step, row) => {
    await opened;
    return record(step, row);
  };
  const runner = newRunner(slow, { recordTimeoutMs: 5 });
  await assert.rejects(runner.run(action, { path: 'a' }, ADA), { code: 'unavailable' });
  open();
  await until(
    async () => told()[0]?.[1],
    (outcome) => outcome === 'refused',
  );
  assert.deepEqual([rows.size, effects()], [1, 0]);
  await runner.stop();
});

test('run(): an end that cannot be recorded is said, written later, and the effect is not repeated', async () => {
  const { state, record, told } = memoryRecord();
  const { action, effects } = releaseLock(() => {
    state.fault = new Error('The disk is full.');
    return released();
  });
  const runner = newRunner(record);
  const first = await runner.run(action, { path: 'a' }, ADA, { key: 'k' });
  assert.match(first.notRecorded ?? '', /carried out, but its end could not be recorded/);
  assert.deepEqual(first.answer, { outcome: 'released' });
  assert.deepEqual(await runner.run(action, { path: 'a' }, ADA, { key: 'k' }), first);
  assert.deepEqual([effects(), told()], [1, [['release_lock', 'started', null]]]);
  state.fault = null;
  await until(
    async () => told()[0]?.[1],
    (outcome) => outcome === 'released',
  );
  const again = await runner.run(action, { path: 'a' }, ADA, { key: 'k' });
  assert.deepEqual([again.answer, again.notRecorded, effects()], [{ outcome: 'released' }, undefined, 1]);
  await runner.stop();
});

test('run(): an end that the history does not take in time does not keep the caller waiting', async () => {
  const { record, told } = memoryRecord();
  const { action } = releaseLock();
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const slow: RecordAction = async (step, row) => {
    if (step === 'end') await opened;
    return record(step, row);
  };
  const runner = newRunner(slow, { recordTimeoutMs: 5 });
  const { answer, notRecorded } = await runner.run(action, { path: 'a' }, ADA);
  assert.deepEqual([answer, notRecorded !== undefined, told()[0]?.[1]], [{ outcome: 'released' }, true, 'started']);
  open();
  await until(
    async () => told()[0]?.[1],
    (outcome) => outcome === 'released',
  );
  await runner.stop();
});

test('run(): the same key waits for the first run and gets its answer, in this process and after a restart', async () => {
  const { record } = memoryRecord();
  let finish = (_: Done<object>) => {};
  const { action, effects } = releaseLock(
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  );
  const runner = newRunner(record);
  const send = (from = runner) => from.run(action, { path: 'a' }, ADA, { key: 'k' });
  const both = [send(), send()];
  await until(
    async () => effects(),
    (count) => count === 1,
  );
  finish({ status: 201, answer: { n: 1 }, outcome: 'acquired', detail: null });
  const done = { status: 201, answer: { n: 1 }, outcome: 'acquired', detail: null };
  assert.deepEqual(await Promise.all(both), [done, done]);
  assert.deepEqual(await send(), done);
  assert.deepEqual(await send(newRunner(record)), done);
  assert.equal(effects(), 1);
});

test('run(): a refusal and a failure are repeated under the same key, without a second try', async () => {
  const { record } = memoryRecord();
  const refused = releaseLock(() =>
    Promise.reject(new ActionRefused('lock_changed', 'It changed.', { lock: { a: 1 } })),
  );
  const failed = releaseLock(() => Promise.reject(new Error('broken')));
  for (const runner of [newRunner(record), newRunner(record)]) {
    await assert.rejects(runner.run(refused.action, { path: 'a' }, ADA, { key: 'r' }), {
      ...{ code: 'lock_changed', message: 'It changed.', more: { lock: { a: 1 } } },
    });
    await assert.rejects(runner.run(failed.action, { path: 'a' }, ADA, { key: 'f' }));
  }
  assert.deepEqual([refused.effects(), failed.effects()], [1, 1]);
});

test('run(): a key with another command or body is refused; fields in another order are the same body', async () => {
  const { record } = memoryRecord();
  const { action, effects } = releaseLock();
  const runner = newRunner(record);
  const send = (body: Body, name = action.name, caller = ADA) =>
    runner.run({ ...action, name }, body, caller, { key: 'k' });
  await send({ path: 'a', ...{ one: 1, two: [{ x: 1, y: 2 }] } });
  await send({ ...{ two: [{ y: 2, x: 1 }], one: 1 }, path: 'a' });
  assert.equal(effects(), 1);
  await assert.rejects(send({ path: 'b' }), { code: 'key_reused' });
  await assert.rejects(send({ path: 'a', ...{ one: 1, two: [{ x: 1, y: 2 }] } }, 'acquire_lock'), {
    code: 'key_reused',
  });
  await send({ path: 'b' }, action.name, { ...ADA, name: 'bob' });
  assert.equal(effects(), 2, 'keys of another caller are other keys');
});

test('run(): a hidden body is compared as a whole, and the record has no hash that could be tried out', async () => {
  const { rows, record } = memoryRecord();
  const { action, effects } = releaseLock();
  const hidden: Action<Body, object> = {
    ...action,
    hidesBody: true,
    subject: ({ path }) => ({ target: null, agentId: null, request: { characters: path.length } }),
  };
  const send = (path: string, secret: string) =>
    newRunner(record, { secret: () => secret }).run(hidden, { path }, ADA, { key: 'k' });
  await send('yes', 'one secret');
  await send('yes', 'one secret');
  await assert.rejects(send('no!', 'one secret'), { code: 'key_reused', message: /with another command or body/ });
  await assert.rejects(send('yes', 'another secret'), {
    code: 'key_reused',
    message: /whether this is the same command is not known\. It was not carried out/,
  });
  assert.equal(effects(), 1);
  await newRunner(record).run(action, { path: 'yes' }, ADA, { key: 'plain' });
  const [first, ...others] = [...rows.values()];
  const plain = others.at(-1)?.fingerprint ?? '';
  assert.doesNotMatch(JSON.stringify(first), /yes|secret/);
  assert.ok(plain !== '' && !first?.fingerprint?.includes(plain), 'not the hash that anybody can make');
});

test('run(): a message with another text of the same length is refused under the same key', async () => {
  const { record } = memoryRecord();
  const { action, sent } = sendMessages();
  const runner = newRunner(record, { groups: ['messages'] });
  const send = (content: string) =>
    runner.run(action, { recipients: ['agent-1'], msg_type: 'INFO', content }, ADA, { key: 'k' });
  await send('ship it');
  await assert.rejects(send('stop it'), { code: 'key_reused' });
  assert.deepEqual(sent, ['ship it']);
});

test('run(): a key whose command runs elsewhere, or was lost in a crash, has no second effect', async () => {
  const { rows, record } = memoryRecord();
  const { action, effects } = releaseLock();
  await newRunner(record).run(action, { path: 'a' }, ADA, { key: 'k' });
  const [row] = [...rows.values()];
  assert.ok(row);
  const send = () => newRunner(record).run(action, { path: 'a' }, ADA, { key: 'k' });
  rows.set(row.run, { ...row, outcome: 'started', answer: null });
  await assert.rejects(send(), { code: 'command_running' });
  rows.set(row.run, { ...row, outcome: 'unknown', answer: null });
  await assert.rejects(send(), { code: 'outcome_unknown', message: /not known what it did/ });
  rows.set(row.run, { ...row, answer: null });
  await assert.rejects(send(), { code: 'key_reused', message: /"released"; its answer was too long/ });
  assert.equal(effects(), 1);
});

test('run(): what is recorded is bounded, and well-formed', async () => {
  const { rows, record } = memoryRecord();
  const { action } = releaseLock(() => ({ ...released(), detail: 'x'.repeat(9000) }));
  await newRunner(record).run(action, { path: `${'y'.repeat(200_000)}\ud800` }, { ...ADA, name: 'a\ud800' });
  const [row] = [...rows.values()];
  assert.ok(row);
  assert.deepEqual([row.target?.length, row.detail?.length, row.principal], [4096, 2000, 'a\ufffd']);
  assert.deepEqual(Object.keys(JSON.parse(row.request)), ['too_long', 'beginning']);
});

test('refuse(): many refusals of one caller are recorded up to 60 a minute; the next record counts the others', async () => {
  const { told, record } = memoryRecord();
  let now = NOW;
  const runner = newRunner(record, { now: () => now });
  const { action } = releaseLock();
  const refuse = (caller = ADA) => runner.refuse(action, caller, new Error('Too many.'));
  for (let n = 0; n < 100; n += 1) await refuse();
  assert.equal(told().length, 60);
  await refuse({ ...ADA, name: 'bob' });
  assert.equal(told().length, 61, 'each caller has its own bound');
  now += 60_000;
  await refuse();
  assert.equal(told().at(-1)?.[2], 'Too many. 40 more refused commands before it were not recorded one by one.');
  assert.equal(runner.counts()[0]?.count, 102, 'all are counted');
});

test('stop(): waits for commands that run, and takes no further ones', async () => {
  const { told, record } = memoryRecord();
  let finish = (_: Done<object>) => {};
  const { action } = releaseLock(
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  );
  const runner = newRunner(record);
  const running = runner.run(action, { path: 'a' }, ADA);
  await until(
    async () => told().length,
    (count) => count === 1,
  );
  const stopped = runner.stop();
  await assert.rejects(runner.run(action, { path: 'b' }, ADA), { code: 'unavailable' });
  finish(released());
  await Promise.all([running, stopped]);
  assert.deepEqual(told(), [['release_lock', 'released', null]]);
});

test('run(): a command of which nobody knows whether it had an effect is recorded so, and its key runs nothing again', async () => {
  const { record, told } = memoryRecord();
  const unclear = releaseLock(() => Promise.reject(new ActionUnclear('unavailable', 'EIO: look at the locks.')));
  const runner = newRunner(record);
  for (let round = 0; round < 2; round += 1) {
    const run = runner.run(unclear.action, { path: 'a' }, ADA, { key: 'k' });
    await assert.rejects(run, { code: 'unavailable', message: 'EIO: look at the locks.' });
  }
  assert.equal(unclear.effects(), 1);
  assert.deepEqual(told(), [['release_lock', 'unknown', 'EIO: look at the locks.']]);
});

test('run(): a command that ended with the outcome "unknown" is repeated with its answer', async () => {
  const { record } = memoryRecord();
  const done = { status: 201, answer: { deliveries: {} }, outcome: 'unknown', detail: 'Nothing confirms it.' } as const;
  const sent = releaseLock(() => done);
  for (let round = 0; round < 2; round += 1) {
    const { status, answer } = await newRunner(record).run(sent.action, { path: 'a' }, ADA, { key: 'k' });
    assert.deepEqual([status, answer], [201, { deliveries: {} }]);
  }
  assert.equal(sent.effects(), 1);
});

test('expect(): each outcome of a command is counted from 0 on', async () => {
  const { record } = memoryRecord();
  const runner = newRunner(record);
  const { action } = releaseLock();
  runner.expect([action]);
  await runner.run(action, { path: 'a' }, ADA);
  assert.deepEqual(
    runner.counts().map(({ outcome, count }) => [outcome, count]),
    [
      ['released', 1],
      ['refused', 0],
      ['failed', 0],
      ['repeated', 0],
    ],
  );
});

test('run(): a command typed into a terminal needs the group "terminal" too', async () => {
  const { record, told } = memoryRecord();
  const { action, sent } = sendMessages();
  const body = { recipients: ['agent-1'], msg_type: 'INFO', content: '!id' } as const;
  const runner = newRunner(record, { groups: ['messages'] });
  const run = (as_command: boolean) => runner.run(action, { ...body, recipients: ['agent-1'], as_command }, ADA);
  await assert.rejects(run(true), { code: 'actions_off', message: /group "terminal" are switched off/ });
  await run(false);
  assert.deepEqual(sent, ['!id']);
  assert.equal(told()[0]?.[1], 'refused');
});
