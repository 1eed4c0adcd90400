import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery, OutgoingMessage } from '@/lib/contract/action-schemas';
import { examples } from '@/lib/contract/examples';
import { isQueued, outcomeLines, sentWords, shownOutgoing } from './outgoing';

const [example] = examples.outgoing.messages as [OutgoingMessage];
const delivery = (outcome: Delivery['outcome'], detail = '', expires_at: string | null = null): Delivery => ({
  ...{ outcome, detail, expires_at, via: null },
});

test('outcomeLines(): one line for each outcome and reason, what needs a person first', () => {
  const deliveries = {
    a: delivery('delivered', 'Its session took it at 09:00.'),
    b: delivery('queued', 'It waits at a permission prompt.', '2026-02-03T09:22:00.000+00:00'),
    c: delivery('delivered', 'Its session took it at 09:01.'),
    d: delivery('unknown', 'Nothing confirms it.'),
    e: delivery('failed', 'Its pane is gone.'),
    f: delivery('failed', 'It left.'),
  };
  assert.deepEqual(
    outcomeLines({ deliveries }).map(({ outcome, recipients, expiresAt }) => [outcome, recipients.join(), expiresAt]),
    [
      ['failed', 'e', null],
      ['failed', 'f', null],
      ['unknown', 'd', null],
      ['queued', 'b', '2026-02-03T09:22:00.000+00:00'],
      ['delivered', 'a,c', null],
    ],
  );
});

test('isQueued(): only what is still queued can be taken back', () => {
  assert.equal(isQueued({ deliveries: { a: delivery('delivered'), b: delivery('queued') } }), true);
  assert.equal(isQueued({ deliveries: { a: delivery('unknown') } }), false);
});

test('shownOutgoing(): an answer stays until the stream brings the message, for at most a minute', () => {
  const now = Date.parse(example.at) + 1000;
  const own = { ...example, id: 'own' };
  const ids = (...given: Parameters<typeof shownOutgoing>) => shownOutgoing(...given).map(({ id }) => id);
  assert.deepEqual(ids([example], [own], new Set([example.id]), now), [example.id, 'own']);
  assert.deepEqual(ids([example, own], [own], new Set([example.id, 'own']), now), [example.id, 'own']);
  assert.deepEqual(ids([], [own], new Set(['own']), now), [], 'the stream has ended it');
  assert.deepEqual(ids([], [own], new Set(), now + 60_000), []);
});

test('sentWords(): says what was confirmed', () => {
  assert.equal(sentWords({ deliveries: { a: delivery('delivered') } }), 'Sent: delivered.');
  assert.equal(sentWords({ deliveries: { a: delivery('unknown') } }), 'Sent: not confirmed.');
  assert.equal(
    sentWords({ deliveries: { a: delivery('delivered'), b: delivery('queued'), c: delivery('delivered') } }),
    'Sent to 3: 2 delivered, 1 queued.',
  );
});
