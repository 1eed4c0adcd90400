import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audienceOf, describeDelivery } from './delivery';

const message = (fields: Record<string, unknown>) => ({ seq: 1, sent_at: null, ...fields });

test('describeDelivery(): delivered, partial and failed by delivery_status', () => {
  const of = (delivery_status: unknown) => describeDelivery(message({ recipients: ['a', 'b'], delivery_status }));
  assert.deepEqual(of({ a: true, b: true }), { recipients: ['a', 'b'], failed: [], outcome: 'all', failedCount: 0 });
  assert.deepEqual(of({ a: true, b: false }), {
    recipients: ['a', 'b'],
    failed: ['b'],
    outcome: 'partial',
    failedCount: 1,
  });
  assert.equal(of({ a: false, b: null }).outcome, 'none');
});

test('describeDelivery(): counts decide only if delivery_status is missing', () => {
  assert.equal(describeDelivery(message({ failure_count: 2, success_count: 1 })).outcome, 'partial');
  assert.equal(describeDelivery(message({ failure_count: 2, success_count: 0 })).failedCount, 2);
  assert.equal(describeDelivery(message({ failure_count: 2, delivery_status: { a: true } })).outcome, 'all');
});

test('describeDelivery(): fields of any type are accepted', () => {
  for (const value of [undefined, null, 3, 'agent-1', [1, null, { a: 1 }], { a: 1 }, [], {}]) {
    const delivery = describeDelivery(message({ recipients: value, delivery_status: value, failure_count: value }));
    assert.ok(delivery.recipients.every((name) => typeof name === 'string' && name !== ''));
  }
  assert.deepEqual(describeDelivery(message({ recipients: 'agent-1' })).recipients, ['agent-1']);
});

test('audienceOf(): everyone is said of `all`, and of a message that left out no known agent', () => {
  const agents = new Set(['a', 'b', 'c']);
  const of = (fields: Record<string, unknown>) => audienceOf(message({ sender: 'a', ...fields }), agents);
  assert.deepEqual(of({ recipients: ['b', 'c'] }), { names: ['b', 'c'], isEveryone: true });
  assert.deepEqual(of({ recipients: ['b', 'c', 'gone'] }), { names: ['b', 'c', 'gone'], isEveryone: true });
  assert.deepEqual(of({ recipients: ['b', 'gone'] }), { names: ['b', 'gone'], isEveryone: false });
  assert.deepEqual(of({ recipients: 'b' }), { names: ['b'], isEveryone: false });
  assert.deepEqual(of({ recipients: ['all'] }), { names: [], isEveryone: true });
  const delivered = of({ recipients: ['all'], delivery_status: { b: true, c: false } });
  assert.deepEqual(delivered, { names: ['b', 'c'], isEveryone: true });
  assert.deepEqual(of({}), { names: [], isEveryone: false });
  const unknown = audienceOf(message({ sender: 'a', recipients: ['b', 'c'] }), new Set());
  assert.equal(unknown.isEveryone, false, 'without a registry it is not known whether somebody was left out');
});
