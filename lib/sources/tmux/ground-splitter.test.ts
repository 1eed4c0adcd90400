import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { beginsInside, GroundSplitter, incompleteEnd } from './ground-splitter';

const PARTS = [
  ...['plain', 'é', '日本', '😀', '\u001b[31m', '\u001b[38;2;1;2;3m', '\u001b]2;a title\u0007', '\u001b]8;;x\u001b\\'],
  ...['\u001b(0', '\u001b7', '\u001bPq#1\u001b\\', '\r\n', '\u001b[?1049h', '\u001b[1\u001b[2m'],
];

test('push(): however output is cut, the parts are the same text and none ends within a sequence or character', () => {
  const given = fc.array(fc.constantFrom(...PARTS), { maxLength: 20 });
  fc.assert(
    fc.property(given, fc.array(fc.nat(400), { maxLength: 30 }), (parts, cuts) => {
      const bytes = Buffer.from(parts.join(''));
      const splitter = new GroundSplitter();
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const ends = new Set([0]);
      let length = 0;
      for (const part of parts) {
        for (const end of endsOf(part)) ends.add(length + end);
        length += part.length;
      }
      let text = '';
      for (const [index, from] of places.slice(0, -1).entries()) {
        text += splitter.push(bytes.subarray(from, places[index + 1]));
        assert.ok(ends.has(text.length), JSON.stringify(text));
      }
      assert.equal(text, parts.join(''));
    }),
  );
});

/** @returns where a part may be cut: after each letter, but only after the whole of a sequence */
function endsOf(part: string): number[] {
  if (part.includes('\u001b[2m')) return [3, part.length];
  if (part.startsWith('\u001b')) return [part.length];
  let at = 0;
  return [...part].map((letter) => {
    at += letter.length;
    return at;
  });
}

test('push(): goes on with what a capture says is still to come', () => {
  assert.equal(new GroundSplitter(Buffer.from('\u001b[3')).push(Buffer.from('1mred')), '\u001b[31mred');
  assert.equal(new GroundSplitter(Buffer.from([0xe6, 0x97])).push(Buffer.from([0xa5])), '日');
});

test('push(): the title of a window and control characters above ASCII are left out; an endless text is passed on', () => {
  const splitter = new GroundSplitter();
  assert.equal(splitter.push(Buffer.from('a\u001bktitle\u001b\\b\u009bc')), 'abc');
  const endless = `\u001b]0;${'x'.repeat(100_000)}`;
  assert.equal(splitter.push(Buffer.from(endless)), endless);
});

test('incompleteEnd(), beginsInside(): a character that is cut', () => {
  const bytes = Buffer.from('a😀');
  for (const cut of [2, 3, 4]) assert.equal(incompleteEnd(bytes.subarray(0, cut)).length, cut - 1);
  assert.equal(incompleteEnd(bytes).length, 0);
  assert.deepEqual(
    [beginsInside(bytes.subarray(2)), beginsInside(bytes), beginsInside(Buffer.alloc(0))],
    [true, false, false],
  );
});

test('push(): what joins the letter before it is bounded, however the output is cut', () => {
  for (const joining of ['\u0301', '\u200d', '\u1160', '\u{e0020}']) {
    const splitter = new GroundSplitter();
    const parts = [
      'a',
      joining.repeat(20),
      joining.repeat(20),
      '',
      joining.repeat(1000),
      'b',
      joining.repeat(2),
      '\u00ad',
    ];
    const shown = parts.map((part) => splitter.push(Buffer.from(part))).join('');
    assert.equal(shown, `a${joining.repeat(32)}b${joining.repeat(2)}\u00ad`);
  }
});
