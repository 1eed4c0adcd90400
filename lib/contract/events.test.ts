import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { apply, formatCursor, MESSAGES_AT_HAND, parseCursor, type StreamEvent, type SwarmState } from './events';
import { formatInstant, formatMicroseconds } from './instant';
import type { Message } from './schemas';

const EMPTY = { messages: [], lastEventId: null, gap: false, replacing: false, heardAt: null } as unknown as SwarmState;

function range(first: number, last: number): Message[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => ({ seq: first + index, sent_at: null }));
}

function connected(resumed: boolean, gap = false): StreamEvent {
  return { event: 'connected', data: { status: 'connected', timestamp: 't', epoch: 'e', resumed, gap } };
}

function messages(first: number, last: number): StreamEvent {
  const list = range(first, last);
  return { event: 'messages', id: formatCursor('e', last), data: { messages: list, count: list.length } };
}

const seqs = (state: SwarmState) => state.messages.map(({ seq }) => seq);

test('apply(): a fresh connection replaces the list, a resumed one adds to it', () => {
  const first = [connected(false), messages(1, 3), messages(4, 4)].reduce(apply, EMPTY);
  assert.deepEqual(seqs(first), [1, 2, 3, 4]);
  assert.equal(first.lastEventId, 'e.4');
  assert.deepEqual(seqs([connected(true), messages(5, 6)].reduce(apply, first)), [1, 2, 3, 4, 5, 6]);
  const lost = [connected(false, true), messages(90, 91), messages(92, 92)].reduce(apply, first);
  assert.deepEqual(seqs(lost), [90, 91, 92]);
  assert.equal(lost.gap, true);
});

test('apply(): whatever is replayed, no message is repeated or lost, and the order is that of seq', () => {
  // A server that may replay from anywhere before what the client had, and continues without a hole.
  const replays = fc.array(fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 30 })), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(replays, (steps) => {
      let head = 0;
      let state = apply(EMPTY, connected(false));
      for (const [back, on] of steps) {
        const from = Math.max(1, head - back + 1);
        head += on;
        state = [connected(true), messages(from, head)].reduce(apply, state);
      }
      assert.deepEqual(
        seqs(state),
        range(1, head).map(({ seq }) => seq),
      );
    }),
  );
});

test('apply(): keeps only the newest messages, and the same object where nothing changes', () => {
  const state = [connected(false), messages(1, MESSAGES_AT_HAND + 50)].reduce(apply, EMPTY);
  const more = apply(state, messages(MESSAGES_AT_HAND + 51, MESSAGES_AT_HAND + 60));
  assert.equal(more.messages.length, MESSAGES_AT_HAND);
  assert.equal(more.messages.at(-1)?.seq, MESSAGES_AT_HAND + 60);
  assert.equal(apply(more, messages(MESSAGES_AT_HAND, MESSAGES_AT_HAND + 60)).messages, more.messages);
});

test('parseCursor(): reads what formatCursor() wrote, and nothing else', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/), fc.maxSafeNat(), (epoch, seq) => {
      assert.deepEqual(parseCursor(formatCursor(epoch, seq)), { epoch, seq });
    }),
  );
  for (const text of [
    '',
    '.',
    'a',
    'a.',
    '.1',
    'a.-1',
    'a.01',
    'a.1.2',
    'a b.1',
    'a.9007199254740993',
    'a.1\n',
    `${'a'.repeat(65)}.1`,
    `a.${'9'.repeat(17)}`,
    `a.${'0'.repeat(10_240)}1`,
    'a.NaN',
    'a.1e3',
    'ü.1',
    '%00',
  ]) {
    assert.equal(parseCursor(text), null, JSON.stringify(text));
  }
});

test('formatInstant() and formatMicroseconds(): an offset, and six digits of microseconds or none', () => {
  assert.equal(formatInstant(0), '1970-01-01T00:00:00.000+00:00');
  assert.equal(formatMicroseconds(3), '1970-01-01T00:00:00.000003+00:00');
  assert.equal(formatMicroseconds(-1), '1969-12-31T23:59:59.999999+00:00');
  assert.equal(formatMicroseconds(1_000_000), '1970-01-01T00:00:01+00:00');
  assert.equal(formatMicroseconds(Number.MAX_SAFE_INTEGER), '2255-06-05T23:47:34.740991+00:00');
  assert.equal(formatMicroseconds(1_770_106_400_500 * 1e6), null, 'milliseconds taken for seconds');
});
