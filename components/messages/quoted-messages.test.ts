import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@/lib/contract/schemas';
import { QuotedMessages } from './quoted-messages';

const message: Message = { seq: 1, sent_at: null };

/** Lookups that a test answers one by one. */
function pendingLookups() {
  const asked: { id: string; answer: (found: Message | null) => void; fail: () => void }[] = [];
  const quotes = new QuotedMessages(
    (id) =>
      new Promise((resolve, reject) => {
        asked.push({ id, answer: resolve, fail: () => reject(new Error('no answer')) });
      }),
  );
  return { quotes, asked };
}

test('ask(): one request for each message, kept for later', async () => {
  const { quotes, asked } = pendingLookups();
  const both = Promise.all([quotes.ask('a', 5), quotes.ask('a', 5)]);
  asked[0]?.answer(message);
  assert.deepEqual(await both, [message, message]);
  assert.equal(asked.length, 1);
  assert.equal(quotes.known('a', 5), message);
  assert.equal(quotes.known('a', 6), undefined, 'another message may mean another one by the same id');
});

test('ask(): at most two requests at a time; one that fails is asked again', async () => {
  const { quotes, asked } = pendingLookups();
  const answers = ['a', 'b', 'c'].map((id) => quotes.ask(id, 5));
  assert.deepEqual(
    asked.map(({ id }) => id),
    ['a', 'b'],
  );
  asked[0]?.fail();
  assert.equal(await answers[0], undefined);
  assert.equal(quotes.known('a', 5), undefined);
  await new Promise(setImmediate);
  assert.deepEqual(
    asked.map(({ id }) => id),
    ['a', 'b', 'c'],
  );
  asked[1]?.answer(null);
  asked[2]?.answer(message);
  assert.deepEqual(await Promise.all(answers), [undefined, null, message]);
  void quotes.ask('a', 5);
  assert.equal(asked.length, 4);
});
