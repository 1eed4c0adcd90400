import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@/lib/contract/schemas';
import { foldMessages } from './message-folds';
import { linkIndex, linksOf } from './message-links';

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const message = (seq: number, fields: Record<string, unknown>): Message => ({
  seq,
  sent_at: null,
  msg_id: id(seq),
  ...fields,
});
const text = '[REQUIRES-ACK] Who takes it?';
const asked = message(1, { sender: 'a', msg_type: 'QUESTION', content: text, requires_ack: true });
const retry = message(2, { sender: 'a', msg_type: 'QUESTION', content: `[RETRY-1] ${text}`, requires_ack: true });
const ack = message(3, { sender: 'b', msg_type: 'ACK', content: `[ACK] ${id(2)}: I do.` });
const reply = message(4, { sender: 'b', msg_type: 'INFO', content: 'Done.', parent_msg_id: id(1) });
const strayAck = message(5, { sender: 'c', msg_type: 'ACK', content: `[ACK] ${id(99)}` });
const failedAck = message(6, {
  sender: 'c',
  msg_type: 'ACK',
  content: `[ACK] ${id(1)}`,
  delivery_status: { a: false },
});
const all = [asked, retry, ack, reply, strayAck, failedAck];
const fold = (messages: readonly Message[], kept: number | null = null) =>
  foldMessages(messages, linkIndex(messages), kept);
const numbers = (messages: readonly Message[] = []) => messages.map(({ seq }) => seq);

test('foldMessages(): retries and acknowledgements go to the message that was sent first; each message is in one place', () => {
  const { rows, into } = fold(all);
  assert.deepEqual(numbers(rows), [1, 4, 5, 6]);
  assert.deepEqual([...into.keys()], [1]);
  assert.deepEqual(numbers(into.get(1)), [2, 3]);
});

test('foldMessages(): a row stays where its message is not loaded, where it was not delivered, and where the address points', () => {
  assert.deepEqual(numbers(fold(all.slice(1)).rows), [2, 4, 5, 6], 'the acknowledgement goes to the retry');
  assert.deepEqual(numbers(fold(all, 3).rows), [1, 3, 4, 5, 6]);
});

test('linksOf(): a folded message is no answer as well, and changes the key', () => {
  const index = linkIndex(all);
  const folded = fold(all).into.get(1);
  assert.deepEqual(numbers(linksOf(asked, index, folded).answers), [4, 6]);
  assert.deepEqual(linksOf(asked, index, folded).folded, folded);
  assert.notEqual(linksOf(asked, index, folded).key, linksOf(asked, index, [retry]).key);
});
