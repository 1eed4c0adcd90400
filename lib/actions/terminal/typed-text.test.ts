import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typedText } from './typed-text';

const typing = { submit: false, asCommand: false, isFirst: true };

test('typedText(): stays as a person typed it, without what a terminal would act on', () => {
  assert.equal(typedText('  half a ', typing), '  half a ');
  assert.equal(typedText('a\tb\r\nc\rd', typing), 'a\tb\nc\nd');
  assert.equal(typedText('a\u001b[201~\u0007\u007f\u009bb', typing), 'a[201~b', 'nothing ends the bracketed paste');
  assert.equal(typedText('\u0003\u001b', typing), '');
});

test('typedText(): a slash or an exclamation mark begins a command only where that is asked for', () => {
  for (const text of ['/clear', '!ls', '  /clear']) {
    assert.equal(typedText(text, typing), `\n${text}`);
    assert.equal(typedText(text, { ...typing, asCommand: true }), text);
    assert.equal(typedText(text, { ...typing, isFirst: false }), text, 'after a draft it begins none');
  }
});

test('typedText(): with submit Enter ends the prompt', () => {
  const submitting = { ...typing, submit: true };
  assert.equal(typedText('run it \n', submitting), 'run it');
  assert.equal(typedText('ends with \\', submitting), 'ends with \\ ');
  assert.equal(typedText('ends with \\', typing), 'ends with \\');
});
