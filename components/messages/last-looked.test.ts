import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstUnseen } from './last-looked';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 30, 12, 0, seconds)).toISOString();
const message = (seq: number) => ({ seq, sent_at: at(seq) });
const messages = [1, 2, 3, 4, 5].map(message);
const looked = { epoch: 'e', seq: 2, returnedAt: Date.parse(at(4)) };

test('firstUnseen(): the first message after the last one that was on the screen', () => {
  assert.equal(firstUnseen(messages, looked, 'e'), 3);
  assert.equal(firstUnseen(messages, null, 'e'), null);
  assert.equal(firstUnseen(messages, looked, 'other'), null, 'another history');
  assert.equal(firstUnseen(messages, { ...looked, seq: 5 }, 'e'), null);
});

test('firstUnseen(): what was sent after the return was seen coming', () => {
  assert.equal(firstUnseen(messages, { ...looked, seq: 3 }, 'e'), null);
  assert.equal(firstUnseen([message(1), message(2), { seq: 3, sent_at: null }], looked, 'e'), null, 'without a time');
});

test('firstUnseen(): not said where older messages are not loaded', () => {
  assert.equal(firstUnseen(messages.slice(3), looked, 'e'), null);
  assert.equal(firstUnseen(messages.slice(2), looked, 'e'), 3);
});
