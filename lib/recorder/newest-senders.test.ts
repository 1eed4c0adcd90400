import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { History } from '../history/history';
import { NewestSenders } from './newest-senders';

const NOW = Date.parse('2026-02-03T12:00:00Z');
const readTime = (timestamp: unknown) => (typeof timestamp === 'number' ? timestamp * 1000 : null);
const newSenders = () =>
  new NewestSenders(
    readTime,
    (_seq, step) => step(),
    () => NOW,
  );

function say(sender: unknown, content: unknown, timestamp: unknown = NOW, msg_type: unknown = 'INFO') {
  return { sender, content, timestamp, msg_type, recipients: ['b'] };
}

test('note(): the newest own message by seq, and the newest time that is not ahead of the clock', () => {
  const senders = newSenders();
  senders.note(1, say('a', 'first', NOW - 1000));
  senders.note(2, say('a', '[REQUIRES-ACK] Second,\n of  a', NOW - 5000, 'QUESTION'));
  const message = { seq: 2, msg_type: 'QUESTION', excerpt: 'Second, of a', sent_at: '2026-02-03T11:59:55+00:00' };
  assert.deepEqual(senders.list(), [['a', { at: NOW - 1000, message }]]);
  senders.note(3, say('a', 'ahead', NOW + 1));
  senders.note(4, say('b', 'only ahead', NOW + 1));
  senders.note(5, say('c', 'no time', 'soon', 7));
  assert.deepEqual(
    senders.list().map(([sender, { at, message }]) => [sender, at, message.seq, message.msg_type]),
    [
      ['a', NOW - 1000, 3, 'INFO'],
      ['b', null, 4, 'INFO'],
      ['c', null, 5, undefined],
    ],
  );
  assert.equal(senders.list()[2]?.[1].message.sent_at, null);
});

test('note(): an automatic message is no speech and no sign of life', () => {
  const senders = newSenders();
  senders.note(1, say('a', 'own', NOW - 5000));
  senders.note(2, say('a', '[RETRY-1] [REQUIRES-ACK] own'));
  senders.note(3, say('a', '[UNACKNOWLEDGED] Message to b unacknowledged after 3 attempts.'));
  senders.note(4, say('b', '[RETRY-3] x'));
  assert.deepEqual(
    senders.list().map(([sender, { at, message }]) => [sender, at, message.seq]),
    [['a', NOW - 5000, 1]],
  );
});

test('note(): keeps the 1,000 senders that spoke last', () => {
  const senders = newSenders();
  for (let index = 0; index < 1001; index++) senders.note(index, say(`s${index}`, 'x'));
  assert.equal(senders.list().length, 1000);
  assert.equal(senders.list()[0]?.[0], 's1');
});

test('begin(): senders without a recent message are read once each, past their retries', () => {
  const history = new History(':memory:', { readTime });
  const append = (...messages: object[]) => {
    const lines = messages.map((fields) => ({
      text: JSON.stringify(fields),
      fields: fields as Record<string, unknown>,
    }));
    history.append(lines, '{}', NOW);
  };
  append(say('old', 'long ago', NOW - 9000), say('retrying', 'own', NOW - 8000), say('machine', '[RETRY-1] x'));
  append(...Array.from({ length: 30 }, (_, index) => say('retrying', `[RETRY-${index}] own`, NOW - 7000)));
  append(...Array.from({ length: 20 }, () => say('busy', 'now')));
  const page = mock.method(history, 'page');
  const senders = newSenders();
  senders.note(99, say('of another history', 'x'));
  senders.begin(history, history.newest(10));
  assert.deepEqual(
    senders.list().map(([sender, { at, message }]) => [sender, at, message.seq, message.excerpt]),
    [
      ['old', NOW - 9000, 1, 'long ago'],
      ['retrying', NOW - 8000, 2, 'own'],
      ['busy', NOW, 53, 'now'],
    ],
  );
  assert.ok(page.mock.callCount() <= 4, `${page.mock.callCount()} queries`);
  history.close();
});
