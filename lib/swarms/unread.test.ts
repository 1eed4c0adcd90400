import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AddressedMessage } from '../history/addressed-messages';
import { QueryRefused, type Questions } from '../queries/questions';
import { SwarmUnread } from './unread';

type Query = Questions['unread']['query'];

/** A history of messages to agents, and what is asked of it. */
function setUp() {
  const state = {
    ...{ marks: new Map([['a', '5']]) as ReadonlyMap<string, string>, listed: ['a', 'b'], epoch: 'e' },
    ...{ messages: [] as AddressedMessage[], isRead: true, changes: 0, now: 0 },
    asked: [] as (number | null)[],
    faults: [] as unknown[],
    refuse: null as Error | null,
  };
  const head = () => ({ epoch: state.epoch, seq: state.messages.at(-1)?.seq ?? 0 });
  const ask = async ({ marks, after }: Query): Promise<Questions['unread']['answer']> => {
    state.asked.push(after?.seq ?? null);
    if (state.refuse) throw state.refuse;
    const messages = state.messages.filter(({ agent, seq, timestamp }) => {
      return marks.some((mark) => mark.agent === agent && timestamp > mark.mark) && seq > (after?.seq ?? 0);
    });
    return { epoch: state.epoch, messages, cut: [], upTo: head().seq };
  };
  const unread = new SwarmUnread({
    ...{ zone: 'UTC', ask, head, marks: () => state.marks, listed: () => state.listed, isRead: () => state.isRead },
    onChange: () => {
      state.changes += 1;
    },
    onFault: (error) => error !== null && state.faults.push(error),
  });
  const refresh = async () => {
    state.now += 2000;
    await unread.refresh(state.now);
    return unread.counts.map(({ agent_id, count }) => [agent_id, count]);
  };
  const say = (agent: string, timestamp: string) => {
    const seq = head().seq + 1;
    state.messages.push({ agent, seq, timestamp, sentAt: seq });
  };
  return { state, unread, refresh, say };
}

test('SwarmUnread: looks messages up once, then only at new ones, and asks nothing while nothing happens', async () => {
  const { state, refresh, say } = setUp();
  say('a', '4');
  say('a', '6');
  assert.deepEqual(await refresh(), [['a', 1]]);
  assert.deepEqual(state.asked, [null]);
  for (let times = 0; times < 5; times++) await refresh();
  assert.deepEqual([state.asked, state.changes], [[null], 1]);
  say('b', '9');
  assert.deepEqual(await refresh(), [['a', 1]]);
  assert.deepEqual(state.changes, 1, 'an agent without a read mark is not known');
  say('a', '7');
  assert.deepEqual(await refresh(), [['a', 2]]);
  assert.deepEqual(state.asked, [null, 2, 3]);
  state.marks = new Map([['a', '6']]);
  assert.deepEqual(await refresh(), [['a', 1]]);
  assert.deepEqual(state.asked, [null, 2, 3], 'what was read since is known');
  state.marks = new Map([
    ['a', '6'],
    ['b', '1'],
  ]);
  assert.deepEqual(await refresh(), [
    ['a', 1],
    ['b', 1],
  ]);
  assert.deepEqual(state.asked, [null, 2, 3, null]);
  state.listed = ['b'];
  assert.deepEqual(await refresh(), [['b', 1]]);
});

test('SwarmUnread: counts nothing before the log was read, and again after another history was opened', async () => {
  const { state, refresh, say } = setUp();
  state.isRead = false;
  say('a', '6');
  assert.deepEqual([await refresh(), state.asked], [[], []]);
  state.isRead = true;
  assert.deepEqual(await refresh(), [['a', 1]]);
  state.epoch = 'f';
  say('a', '7');
  assert.deepEqual(await refresh(), [['a', 2]]);
  assert.deepEqual(state.asked, [null, null]);
});

test('SwarmUnread: a refused question is asked again; another error is a fault', async () => {
  const { state, refresh, say } = setUp();
  say('a', '6');
  state.refuse = new QueryRefused('unavailable', 'The history is not open just now.');
  assert.deepEqual([await refresh(), state.faults], [[], []]);
  state.refuse = new Error('broken');
  await refresh();
  assert.deepEqual(state.faults, [state.refuse]);
  state.refuse = null;
  assert.deepEqual(await refresh(), [['a', 1]]);
});
