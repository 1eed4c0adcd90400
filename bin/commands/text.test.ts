import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { table, visible, visibleData } from './text';

test('visible(): no control character, line break or invisible character is left', () => {
  assert.equal(visible('a\u001b[31mb\u0007\r\nc\td\re'), 'a␛[31mb␇ ⏎ c d␍e');
  assert.equal(visible('\u202eevil\u200b\u009b'), 'U+202EevilU+200BU+009B');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 50 }), (text, maxLength) => {
      for (const shown of [visible(text), visible(text, maxLength)]) {
        assert.doesNotMatch(shown, /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u);
        assert.doesNotMatch(shown, /\p{Cs}/u);
      }
      assert.ok(visible(text, maxLength).length <= maxLength);
    }),
  );
});

test('visible(): other values are JSON, and nothing is the empty text', () => {
  assert.deepEqual(
    [null, undefined, 7, ['a'], { b: '\n' }].map((value) => visible(value)),
    ['', '', '7', '["a"]', '{"b":"\\n"}'],
  );
});

test('visible(): long texts are cut between characters', () => {
  assert.equal(visible('abcdef', 4), 'abc…');
  assert.equal(visible('abc', 3), 'abc');
  assert.equal(visible(`a${'😀'.repeat(9)}`, 3), 'a…');
  assert.equal(visible('x'.repeat(1_000_000), 5), 'xxxx…');
});

test('visibleData(): texts at any depth, line breaks stay', () => {
  const value = { a: ['x\u001b\n', 7, null, { b: '\u200b' }], c: true };
  assert.deepEqual(visibleData(value), { a: ['x␛\n', 7, null, { b: 'U+200B' }], c: true });
});

test('table(): columns are aligned, wide characters count as two', () => {
  assert.equal(
    table(
      ['PATH', 'WHO'],
      [
        ['a', 'agent-1'],
        ['日本', 'b'],
        ['long/path', ''],
      ],
    ),
    ['PATH       WHO', 'a          agent-1', '日本       b', 'long/path'].join('\n'),
  );
});
