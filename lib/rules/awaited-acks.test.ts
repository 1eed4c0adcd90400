import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hostileJson } from '../../test/support/hostile-json';
import { AwaitedAcks } from './awaited-acks';

const request = { sender: 'a', recipients: ['b'], msg_id: 'id-1', content: 'Tell me.', requires_ack: true };
const retry = { ...request, msg_id: 'id-2', content: '[RETRY-1] Tell me.', requires_ack: false };

function awaiting(): AwaitedAcks {
  const acks = new AwaitedAcks();
  acks.feed(1, 'a', request);
  acks.feed(2, 'a', retry);
  return acks;
}

const answeredBy = (acks: AwaitedAcks) => acks.list().map((one) => one.answeredBy);

test('feed(): a parent_msg_id of any kind throws nothing and answers nothing', () => {
  const isOther = (parent: unknown) => parent !== 'id-1' && parent !== 'id-2';
  fc.assert(
    fc.property(hostileJson.filter(isOther), (parent_msg_id) => {
      const acks = awaiting();
      acks.feed(3, 'b', { sender: 'b', recipients: ['c'], content: 'Something else.', parent_msg_id });
      assert.deepEqual(answeredBy(acks), [[]]);
    }),
  );
});

test('feed(): the id of the request or of its retry as parent_msg_id answers', () => {
  for (const parent_msg_id of ['id-1', 'id-2']) {
    const acks = awaiting();
    acks.feed(3, 'b', { sender: 'b', recipients: ['c'], content: 'Yes.', parent_msg_id });
    assert.deepEqual(answeredBy(acks), [['b']]);
  }
});
