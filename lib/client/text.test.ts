import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { asText, breakableParts, counted, cutIntoPieces, folded, revealed, truncated } from './text';

test('asText(): shows any JSON value and never fails', () => {
  assert.equal(asText('plain'), 'plain');
  assert.equal(asText(undefined), '');
  assert.equal(asText(null), '');
  assert.equal(asText(0), '0');
  assert.equal(asText(false), 'false');
  assert.equal(asText(['a', 1]), '["a",1]');
  assert.equal(asText({ a: { b: null } }), '{"a":{"b":null}}');
  let deep: unknown = [];
  for (let level = 0; level < 200_000; level++) deep = [deep];
  assert.match(asText(deep), /nested too deeply/);
});

test('revealed(): ordinary text of any script is one piece', () => {
  for (const text of ['hello', 'naïve café', '日本語', 'עברית', 'line\n\ttwo', 'a\r\nb', '👩‍👩‍👧 and 👍🏽‍💻', '❤️‍🔥']) {
    assert.deepEqual(revealed(text), [{ kind: 'text', text }]);
  }
  assert.deepEqual(revealed(''), []);
});

test('revealed(): control, bidirectional and zero-width characters become marks with their names', () => {
  const marks = (text: string) => revealed(text).flatMap((piece) => (piece.kind === 'mark' ? [piece.name] : []));
  assert.deepEqual(revealed('\u001B[31mred'), [
    { kind: 'mark', text: '␛', name: 'U+001B escape' },
    { kind: 'text', text: '[31mred' },
  ]);
  assert.deepEqual(marks('a\u202Eb\u2066c\u200Bd\uFEFF'), [
    'U+202E right-to-left override',
    'U+2066 left-to-right isolate',
    'U+200B zero width space',
    'U+FEFF byte order mark',
  ]);
  assert.deepEqual(marks('a\u200Db'), ['U+200D zero width joiner']);
  assert.deepEqual(marks('x\ry'), ['U+000D carriage return']);
  assert.deepEqual(marks('\u{E0041}\uD800\u007F\u2028\u3164'), [
    'U+E0041',
    'U+D800',
    'U+007F delete',
    'U+2028 line separator',
    'U+3164',
  ]);
});

test('revealed(): the pieces contain the whole text, and no text piece contains an invisible character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const pieces = revealed(text);
      const length = pieces.reduce((sum, piece) => {
        if (piece.kind === 'text') return sum + piece.text.length;
        const code = /^U\+([0-9A-F]+)/.exec(piece.name)?.[1] ?? '';
        return sum + String.fromCodePoint(Number.parseInt(code, 16)).length;
      }, 0);
      assert.equal(length, text.length);
      for (const piece of pieces) {
        if (piece.kind === 'text') assert.doesNotMatch(piece.text, /[\u202A-\u202E\u2066-\u2069\u200B\u2028]/);
      }
    }),
  );
});

test('folded(): long texts fold by lines and by length, short ones do not', () => {
  const limits = { lines: 3, length: 20 };
  assert.equal(folded('short', limits), null);
  assert.equal(folded('1\n2\n3\n4', limits), null);
  assert.deepEqual(folded('1\n2\n3\n4\n5\n6', limits), { head: '1\n2\n3', lines: 6 });
  assert.deepEqual(folded('x'.repeat(100), limits), { head: 'x'.repeat(20), lines: 1 });
  assert.deepEqual(folded(`${'x'.repeat(19)}😀${'x'.repeat(50)}`, limits), { head: 'x'.repeat(19), lines: 1 });
});

test('truncated(): never splits a surrogate pair', () => {
  assert.equal(truncated('ab😀', 3), 'ab');
  assert.equal(truncated('ab😀', 4), 'ab😀');
  assert.equal(truncated('abc', 2), 'ab');
});

test('counted(): a count with its noun', () => {
  assert.equal(counted(1, 'lock'), '1 lock');
  assert.equal(counted(1204, 'lock'), '1,204 locks');
  assert.equal(counted(0, 'reply', 'replies'), '0 replies');
});

test('revealed(): an emoji that is joined from several stays whole', () => {
  // A heart with a variation selector before the joiner, a flag, skin tones, a family.
  for (const emoji of ['❤️‍🔥', '🏳️‍🌈', '👩‍💻', '🧑🏽‍🚒', '👨‍👩‍👧‍👦']) {
    assert.deepEqual(revealed(emoji), [{ kind: 'text', text: emoji }], emoji);
  }
});

test('revealed(): long runs of combining marks and of invisible characters are bounded and counted', () => {
  const heavy = `e${'\u0301'.repeat(50_000)}`;
  assert.deepEqual(revealed(heavy), [
    { kind: 'text', text: `e${'\u0301'.repeat(16)}` },
    { kind: 'mark', text: '+49,984', name: '49,984 more combining marks' },
  ]);
  const unseen = revealed(`a${'\u202E\u200B'.repeat(10_000)}b`);
  assert.equal(unseen.length, 19);
  assert.deepEqual(unseen.slice(-2), [
    { kind: 'mark', text: '+19,984', name: '19,984 more invisible characters' },
    { kind: 'text', text: 'b' },
  ]);
  const stacked = `Z${'\u0300'.repeat(16)}a${'\u0300'.repeat(16)}`;
  assert.deepEqual(revealed(stacked), [{ kind: 'text', text: stacked }]);
});

test('cutIntoPieces(): the pieces are the text, each bounded, cut at a line or a blank where one is near', () => {
  assert.deepEqual(cutIntoPieces('', 8), ['']);
  assert.deepEqual(cutIntoPieces('short', 8), ['short']);
  assert.deepEqual(cutIntoPieces('12345\n789 abcdefghij', 8), ['12345\n', '789 abcd', 'efghij']);
  assert.deepEqual(cutIntoPieces('12345 789', 8), ['12345 ', '789']);
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', ' ', '\n', '😀') }),
      fc.integer({ min: 2, max: 20 }),
      (text, length) => {
        const pieces = cutIntoPieces(text, length);
        assert.equal(pieces.join(''), text);
        for (const piece of pieces) {
          assert.ok(piece.length <= length);
          assert.doesNotMatch(piece, /\p{Cs}/u);
        }
      },
    ),
  );
});

test('breakableParts(): no part of a run without a blank is long; ordinary text is one part', () => {
  const sentence = `see ${'src/'.repeat(100)}index.ts for it`;
  assert.deepEqual(breakableParts(sentence), [sentence]);
  const text = `a ${'x'.repeat(1000)} b ${'😀'.repeat(600)}\nc`;
  const parts = breakableParts(text);
  assert.equal(parts.join(''), text);
  for (const part of parts) assert.ok([...part].length <= 70);
  assert.deepEqual(
    breakableParts(`${'e\u0301'.repeat(300)}`).filter((part) => part.startsWith('\u0301')),
    [],
  );
});
