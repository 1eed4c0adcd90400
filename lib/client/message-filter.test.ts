import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../contract/schemas';
import { choiceQuery, type MessageChoice, matcherOf, NO_CHOICE } from './message-filter';

const message: Message = {
  seq: 1,
  sent_at: '2026-01-30T12:00:00.123456+00:00',
  sender: 'agent-1',
  recipients: ['agent-2', 'agent-3'],
  msg_type: 'BLOCKED',
};
const matches = (choice: Partial<MessageChoice>, other: Partial<Message> = {}) =>
  matcherOf({ ...NO_CHOICE, ...choice })({ ...message, ...other });

test('choiceQuery(): an empty choice has no parameters', () => {
  assert.equal(choiceQuery(NO_CHOICE), '');
  assert.equal(matches({}), true);
});

test('choiceQuery(): a choice becomes the parameters of the API', () => {
  const choice = { ...NO_CHOICE, from: 'a b', to: 'c', types: ['INFO', 'ACK'], q: '"x y"' };
  assert.equal(choiceQuery(choice), 'sender=a+b&recipient=c&q=%22x+y%22&type=INFO&type=ACK');
});

test('matcherOf(): types, senders and recipients match as on the server', () => {
  assert.equal(matches({ types: ['INFO', 'BLOCKED'] }), true);
  assert.equal(matches({ types: ['INFO'] }), false);
  assert.equal(matches({ types: ['UNKNOWN'] }, { msg_type: 5 }), true);
  assert.equal(matches({ agent: 'agent-1' }), true);
  assert.equal(matches({ agent: 'agent-3' }), true);
  assert.equal(matches({ agent: 'agent' }), false);
  assert.equal(matches({ from: 'agent-2' }), false);
  assert.equal(matches({ to: 'agent-2' }), true);
  assert.equal(matches({ to: 'agent-1' }), false);
  assert.equal(matches({ to: 'agent-9' }, { recipients: ['all'] }), true);
  assert.equal(matches({ agent: 'agent-9' }, { recipients: 'agent-9' }), true);
  assert.equal(matches({ agent: '5' }, { sender: 5, recipients: null }), false);
});

test('matcherOf(): both ends of a time range are included', () => {
  assert.equal(matches({ since: '2026-01-30T12:00:00.123Z', until: '2026-01-30T12:00:00.123+00:00' }), true);
  assert.equal(matches({ since: '2026-01-30T12:00:00.124Z' }), false);
  assert.equal(matches({ until: '2026-01-30T13:00:00+02:00' }), false);
  assert.equal(matches({ until: '2026-01-31T00:00:00Z' }, { sent_at: null }), false);
});

test('matcherOf(): free text and times without a zone are left to the server', () => {
  assert.equal(matches({ q: 'x' }), null);
  assert.equal(matches({ since: '2026-01-30T12:00:00' }), null);
  assert.equal(matches({ until: 'yesterday' }), null);
});

test('matcherOf(): excluded types, failed deliveries and missing types; questions without an answer are left to the server', () => {
  const decide = (choice: Partial<MessageChoice>, fields: Record<string, unknown>) =>
    matcherOf({ ...NO_CHOICE, ...choice })({ seq: 1, sent_at: null, ...fields });
  assert.equal(decide({ notTypes: ['INFO'] }, { msg_type: 'INFO' }), false);
  assert.equal(decide({ notTypes: ['INFO'] }, { msg_type: 'ACK' }), true);
  assert.equal(decide({ notTypes: ['UNKNOWN'] }, {}), false);
  assert.equal(decide({ only: ['failed'] }, { delivery_status: { a: false } }), true);
  assert.equal(decide({ only: ['failed'] }, { delivery_status: { a: true } }), false);
  assert.equal(decide({ only: ['untyped'] }, { msg_type: 7 }), true);
  assert.equal(decide({ only: ['untyped'] }, { msg_type: 'INFO' }), false);
  assert.equal(decide({ only: ['unanswered'] }, { msg_type: 'QUESTION' }), null);
  assert.equal(
    choiceQuery({ ...NO_CHOICE, notTypes: ['A', 'B'], only: ['failed'] }),
    'not_type=A&not_type=B&only=failed',
  );
});
