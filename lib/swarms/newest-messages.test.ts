import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hub } from '../hub/hub';
import type { MessageQuery } from '../queries/questions';
import { newestMessages, newestPage } from './newest-messages';

const message = (seq: number) => ({ seq, json: Buffer.from(JSON.stringify({ seq })) });

/** A hub whose history keeps the messages from `oldest` to `head`, all of them in memory. */
function hubWith(oldest: number, head: number): Hub {
  const hub = new Hub({ source: { after: async () => [] } });
  const count = head - oldest + 1;
  hub.open(
    'e',
    Array.from({ length: count }, (_, index) => message(oldest + index)),
    oldest,
  );
  return hub;
}

const ask = (hub: Hub, query: Partial<MessageQuery>) => newestPage(hub, { limit: 2, filter: {}, ...query });
const parsed = (hub: Hub, limit: number) => JSON.parse(Buffer.from(ask(hub, { limit }) as Uint8Array).toString());

test('newestPage(): the newest messages with the places before and after them', () => {
  const { messages, count, limit, next_cursor, previous_cursor } = parsed(hubWith(1, 5), 2);
  assert.deepEqual(messages, [{ seq: 4 }, { seq: 5 }]);
  assert.deepEqual([count, limit, next_cursor, previous_cursor], [2, 2, 'e.5', 'e.4']);
});

test('newestPage(): nothing is before the oldest message that is kept', () => {
  assert.equal(parsed(hubWith(4, 5), 2).previous_cursor, null);
  const { messages, next_cursor, previous_cursor } = parsed(hubWith(1, 0), 2);
  assert.deepEqual([messages, next_cursor, previous_cursor], [[], 'e.0', null]);
});

test('newestPage(): a place or a filter needs the history', () => {
  const hub = hubWith(1, 5);
  const place = { epoch: 'e', seq: 3 };
  const narrowed = [{ before: place }, { after: place }, { around: place }, { filter: { sender: 'a' } }];
  for (const query of narrowed) assert.equal(ask(hub, query as Partial<MessageQuery>), null);
  assert.notEqual(ask(hub, { filter: { sender: undefined } as MessageQuery['filter'] }), null);
});

test('newestPage(): so does more than is in memory, and a hub without a history', () => {
  const hub = hubWith(3, 5);
  hub.publish([], 9);
  assert.equal(ask(hub, {}), null);
  assert.deepEqual(newestMessages(hub, 2), []);
  assert.equal(ask(new Hub({ source: { after: async () => [] } }), {}), null);
});

test('newestMessages(): the same messages, parsed', () => {
  assert.deepEqual(newestMessages(hubWith(1, 5), 2), [{ seq: 4 }, { seq: 5 }]);
});
