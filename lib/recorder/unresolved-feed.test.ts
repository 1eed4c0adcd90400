import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { unguarded } from '../../test/support/recorder-fixtures';
import { History } from '../history/history';
import { UnresolvedFeed } from './unresolved-feed';

const NOW = Date.parse('2026-02-03T12:00:00Z');
const LIMITS = { questionsMs: 86_400_000, failuresMs: 1_800_000, zone: 'UTC' };
const readTime = (timestamp: unknown) => (typeof timestamp === 'string' ? Date.parse(timestamp) : null);

function newHistory(): { history: History; ask: (...ids: string[]) => void; read: () => number } {
  const history = new History(':memory:', { readTime: (timestamp) => (readTime(timestamp) ?? 0) * 1000 });
  const timestamp = new Date(NOW).toISOString();
  const ask = (...ids: string[]) => {
    const fields = ids.map((msg_id) => ({
      sender: msg_id,
      recipients: ['b'],
      msg_type: 'QUESTION',
      timestamp,
      msg_id,
    }));
    const lines = fields.map((one) => ({ text: JSON.stringify(one), fields: one }));
    history.append(lines, '{}', NOW);
  };
  const after = mock.method(history, 'after');
  const read = () => after.mock.calls.reduce((sum, { result }) => sum + (result?.length ?? 0), 0);
  return { history, ask, read };
}

function open(history: History, limits = LIMITS): { feed: UnresolvedFeed; ids: (string | null)[] | undefined } {
  const feed = new UnresolvedFeed(history, { ...limits, readTime, now: () => NOW }, unguarded);
  while (feed.catchUp());
  return { feed, ids: feed.changes()?.questions.map(({ msgId }) => msgId) };
}

test('save(): only later messages are read back', () => {
  const { history, ask, read } = newHistory();
  ask('one', 'two');
  const { feed } = open(history);
  assert.equal(read(), 2);
  feed.save();
  ask('three');
  assert.deepEqual(open(history).ids, ['one', 'two', 'three']);
  assert.equal(read(), 3);
});

test('saveSoon(): saves once 1,000 messages were fed', () => {
  const { history, ask } = newHistory();
  ask('one');
  const { feed } = open(history);
  feed.saveSoon();
  assert.equal(history.readUnresolved(), null);
  ask(...Array.from({ length: 1000 }, (_, index) => `id-${index}`));
  open(history).feed.saveSoon();
  assert.notEqual(history.readUnresolved(), null);
});

test('UnresolvedFeed: ignores a state saved under other limits, in another zone or with messages that are lost', () => {
  const { history, ask, read } = newHistory();
  ask('one');
  open(history).feed.save();
  for (const limits of [
    { ...LIMITS, questionsMs: 1000 },
    { ...LIMITS, zone: 'Asia/Tokyo' },
  ]) {
    const before = read();
    assert.deepEqual(open(history, limits).ids, ['one']);
    assert.equal(read(), before + 1);
  }
  const saved = JSON.parse(history.readUnresolved() ?? '');
  history.keepUnresolved(JSON.stringify({ ...saved, seq: 2 }));
  const before = read();
  assert.deepEqual(open(history).ids, ['one']);
  assert.equal(read(), before + 1);
});
