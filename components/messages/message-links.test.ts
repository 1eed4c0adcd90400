import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@/lib/contract/schemas';
import { linkIndex, linksOf, wantsAcknowledgement } from './message-links';

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const asked: Message = { seq: 1, sent_at: null, sender: 'a', msg_id: id(1), content: '[REQUIRES-ACK] go?' };
const retried: Message = { ...asked, seq: 2, msg_id: id(2), content: '[RETRY-1] [REQUIRES-ACK] go?' };
const answered: Message = {
  seq: 3,
  sent_at: null,
  sender: 'b',
  msg_id: id(3),
  content: `[ACK] ${id(1).toUpperCase()}: yes`,
};
const reply: Message = { seq: 4, sent_at: null, sender: 'b', msg_id: id(4), content: 'so', parent_msg_id: id(3) };
const stray: Message = { seq: 5, sent_at: null, sender: 'c', msg_id: id(5), content: 'x', parent_msg_id: 'not there' };
const index = linkIndex([asked, retried, answered, reply, stray]);

test('linksOf(): a quoted id and a parent link back, answers link forward', () => {
  assert.equal(linksOf(answered, index).parent?.message, asked);
  assert.equal(linksOf(reply, index).parent?.message, answered);
  assert.deepEqual(linksOf(asked, index).answers, [answered]);
  assert.deepEqual(linksOf(answered, index).answers, [reply]);
});

test('linksOf(): a retry links to the message that it repeats', () => {
  assert.deepEqual(linksOf(retried, index).retry, { count: 1, of: asked });
  assert.equal(linksOf(asked, index).retry, null);
});

test('linksOf(): a message that is not loaded is named by its id', () => {
  assert.deepEqual(linksOf(stray, index).parent, { id: 'not there', message: null });
});

test('linksOf(): equal links have equal keys', () => {
  const later = linkIndex([asked, retried, answered, reply, stray, { seq: 9, sent_at: null }]);
  assert.equal(linksOf(asked, index).key, linksOf(asked, later).key);
  assert.notEqual(linksOf(asked, index).key, linksOf(asked, linkIndex([asked])).key);
});

test('wantsAcknowledgement(): decided by field or by text; values of any type are accepted', () => {
  assert.equal(wantsAcknowledgement(retried), true);
  assert.equal(wantsAcknowledgement({ seq: 1, sent_at: null, requires_ack: true }), true);
  assert.equal(wantsAcknowledgement({ seq: 1, sent_at: null, content: 'about [REQUIRES-ACK]' }), false);
  const odd: Message = { seq: 6, sent_at: null, msg_id: [1], content: { a: id(1) }, parent_msg_id: 7, sender: null };
  assert.equal(linksOf(odd, linkIndex([odd])).parent?.id, '7');
});
