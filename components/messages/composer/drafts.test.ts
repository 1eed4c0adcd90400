import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MESSAGE_TYPES } from '@/lib/contract/message-types';
import { byteCount, isCommandText, NEW_DRAFT, parseDrafts, replyDraft, replyType, withDraft } from './drafts';

test('replyType(): what a message asks for decides; a question and a call for help get INFO', () => {
  const types = Object.fromEntries(MESSAGE_TYPES.map((type) => [type, replyType(type)]));
  assert.deepEqual(types, {
    QUESTION: 'INFO',
    'REVIEW-REQUEST': 'REVIEW-FEEDBACK',
    BLOCKED: 'INFO',
    COMPLETED: 'ACK',
    CHALLENGE: 'INFO',
    INFO: 'INFO',
    ACK: 'INFO',
    'TASK-DELEGATION': 'ACK',
    'TASK-RESULT': 'ACK',
    CONFLICT: 'NEGOTIATION',
    NEGOTIATION: 'NEGOTIATION',
    'CAPABILITY-QUERY': 'CAPABILITY-RESPONSE',
    'CAPABILITY-RESPONSE': 'INFO',
    'REVIEW-FEEDBACK': 'ACK',
    'CONTEXT-UPDATE': 'ACK',
  });
  for (const type of ['', 'TEAM', 'constructor']) assert.equal(replyType(type), 'INFO');
});

test('replyDraft(): goes to the sender, with the message quoted; fields of any type are read', () => {
  const message = { sender: 'agent-3', msg_type: 'REVIEW-REQUEST', content: 'Please look.', msg_id: 'm-1' };
  assert.deepEqual(replyDraft(message), {
    ...{ key: 'm-1', recipients: ['agent-3'], type: 'REVIEW-FEEDBACK', text: '', requiresAck: false, asCommand: false },
    quoted: { sender: 'agent-3', type: 'REVIEW-REQUEST', text: 'Please look.', msgId: 'm-1' },
  });
  const broken = replyDraft({ sender: null, msg_type: 7, content: undefined, msg_id: '' });
  assert.deepEqual([broken.recipients, broken.type, broken.quoted?.msgId], [[], 'INFO', null]);
  assert.notEqual(broken.key, '');
});

test('withDraft(): the newest comes first, a blank one is removed, ten are kept', () => {
  const draft = (key: string, text = 'x') => ({ ...NEW_DRAFT, key, text });
  const two = withDraft(withDraft([], draft('a')), draft('b'));
  assert.deepEqual(
    two.map(({ key }) => key),
    ['b', 'a'],
  );
  assert.deepEqual(
    withDraft(two, draft('b', ' \n')).map(({ key }) => key),
    ['a'],
  );
  let many = two;
  for (let number = 0; number < 20; number++) many = withDraft(many, draft(String(number)));
  assert.equal(many.length, 10);
});

test('parseDrafts(): gives back what was stored, and drops anything else', () => {
  const stored = [
    { ...NEW_DRAFT, text: 'שלום 👩‍👩‍👧', recipients: ['agent-1'] },
    replyDraft({ sender: 'a', msg_type: 'INFO', content: '', msg_id: 'm' }),
  ];
  assert.deepEqual(parseDrafts(JSON.stringify(stored)), stored);
  assert.deepEqual(parseDrafts(JSON.stringify([...stored, { ...NEW_DRAFT, type: 'URGENT' }, null, 7])), stored);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.constant(null)), (text) => Array.isArray(parseDrafts(text))),
  );
});

test('byteCount(): bytes of UTF-8, without the blanks at the ends', () => {
  assert.equal(byteCount(' abc\n'), 3);
  assert.equal(byteCount('é'), 2);
  assert.equal(byteCount('👩‍👩‍👧'), 18);
  assert.equal(byteCount('ש'.repeat(5120)), 10_240);
});

test('isCommandText(): one line that begins with / or !', () => {
  for (const text of ['/clear', ' !ls -l ', '/compact keep the plan']) assert.equal(isCommandText(text), true, text);
  for (const text of ['', '/', 'a /clear', '/one\n/two', '!', '#x']) assert.equal(isCommandText(text), false, text);
});
