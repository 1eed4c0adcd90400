import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodedPage, messagesAnswer } from '../queries/messages';
import { blocksOf, encodeMessages } from './encoded-messages';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const contents = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.tuple(fc.constantFrom('x', 'ä', '日', '🐝'), fc.nat({ max: 40_000 })).map(([unit, count]) => unit.repeat(count)),
);
const kept = fc
  .array(contents, { maxLength: 40 })
  .map((all) => all.map((content, index) => ({ seq: index + 1, json: JSON.stringify({ content }) })));

test('whatever they say, messages are the same on the other side, and so is a page of them', () => {
  fc.assert(
    fc.property(kept, (messages) => {
      const encoded = encodeMessages(messages);
      const { received } = structuredClone({ received: encoded }, { transfer: blocksOf(encoded) });
      assert.deepEqual(
        received.map(({ seq, json }) => ({ seq, json: text(json) })),
        messages,
      );
      const cursors = { next: 'e.9', previous: null };
      assert.equal(text(encodedPage(received, 50, cursors)), messagesAnswer(messages, 50, cursors));
    }),
  );
});

test('small messages share blocks, and none keeps many others', () => {
  const encoded = encodeMessages(Array.from({ length: 1_000 }, (_, seq) => ({ seq, json: 'x'.repeat(1_000) })));
  const sizes = blocksOf(encoded).map(({ byteLength }) => byteLength);
  assert.equal(sizes.length, 16);
  assert.ok(Math.max(...sizes) <= 64 * 1024);
  const large = encodeMessages([200_000, 10].map((size, seq) => ({ seq, json: 'x'.repeat(size) })));
  assert.deepEqual(
    blocksOf(large).map(({ byteLength }) => byteLength),
    [200_000, 10],
  );
});
