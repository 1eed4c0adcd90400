import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cleanContent, headedText, terminalText } from './content';

const EMOJI = [
  '👩‍🚀',
  '👩🏽‍🚀',
  '❤️‍🔥',
  '🏴‍☠️',
  '👨‍👩‍👧‍👦',
  '👁️‍🗨️',
  '🧑🏿‍🤝‍🧑🏻',
  '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
];
const FORBIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must be gone
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]|\r/;

test('cleanContent(): line ends become LF, blanks at ends of lines and of the text go', () => {
  assert.equal(cleanContent('  a  \r\nb\t\rc \n\n'), 'a\nb\nc');
  assert.equal(cleanContent(' \u200b\n\u0000 '), '');
});

test('cleanContent(): invisible text goes: directions, zero width, tags, half surrogates, terminal codes', () => {
  assert.equal(cleanContent('a\u202eb\u200bc\u{e0041}\u{e0042}d\ud800e\u001b[2Jf\u200dg'), 'abcde[2Jfg');
});

test('cleanContent(): whatever is written, nothing forbidden is left, and cleaning again changes nothing', () => {
  const texts = fc.string({
    unit: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 1 }),
      fc.constantFrom(...EMOJI, '\u200d', '\r', ' ', '\n', '\u202e'),
    ),
  });
  fc.assert(
    fc.property(texts, (text) => {
      const cleaned = cleanContent(text);
      assert.doesNotMatch(cleaned, FORBIDDEN);
      assert.doesNotMatch(cleaned, /\p{Surrogate}/u);
      assert.doesNotMatch(cleaned, /[ \t]$/m);
      assert.equal(cleanContent(cleaned), cleaned);
    }),
  );
});

test('cleanContent(): emoji stay whole between any words', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...EMOJI, 'word', 'ä', '日本'), { minLength: 1 }), (parts) => {
      assert.equal(cleanContent(parts.join(' ')), parts.join(' '));
    }),
  );
});

test('headedText(): begins as what the swarm types, with the time of the agents', () => {
  const message = { sender: 'operator', msg_type: 'QUESTION', content: 'Why?\nSecond.' };
  const at = Date.UTC(2026, 1, 3, 9, 1, 2, 345);
  assert.equal(
    headedText(message, at, 'Europe/Berlin'),
    '[MESSAGE] [operator][2026-02-03 10:01:02][QUESTION]: Why?\nSecond.',
  );
  assert.match(headedText(message, at, 'UTC+05:30'), /14:31:02/);
});

test('terminalText(): a text is no command, submits nothing by itself and always ends before Enter', () => {
  assert.equal(terminalText('/clear', false), '\n/clear');
  assert.equal(terminalText('  !ls', false), '\n  !ls');
  assert.equal(terminalText('/clear', true), '/clear');
  assert.equal(terminalText('end\\', false), 'end\\ ');
  assert.equal(terminalText('a\u001b[201~\rb\u0003\n', false), 'a[201~b');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal would act on these
      assert.doesNotMatch(terminalText(text, false), /[\u0000-\u0008\u000b-\u001f\u007f]|^[/!]|\\$/);
    }),
  );
});
