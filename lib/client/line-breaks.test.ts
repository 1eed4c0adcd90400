import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { breakable } from './line-breaks';

const marked = (text: string) => breakable(text).join('|');

test('breakable(): paths and long names may break after separators and between the words of camelCase', () => {
  assert.equal(marked('src/auth/session_store.test.ts'), 'src/|auth/|session_|store.|test.ts');
  assert.equal(marked('/srv/app/lib/main.py'), '/srv/|app/|lib/|main.py');
  assert.equal(marked('see C:\\repo\\src\\index.ts now'), 'see C:\\|repo\\|src\\|index.ts now');
  assert.equal(marked('renderAgentDetailPanel'), 'render|Agent|Detail|Panel');
});

test('breakable(): ordinary words, short names and runs of separators are not split', () => {
  for (const text of [
    'a.ts',
    'internationalisation',
    'Is it? Yes... no.',
    '------------/////////',
    '2026-03-01T12',
    '',
  ]) {
    assert.deepEqual(breakable(text), [text]);
  }
});

test('breakable(): for any text, the parts joined are the text, at most 201 of them, and none is empty', () => {
  const unit = fc.constantFrom('/', '_', '.', 'a', 'B', ' ', '-', '😀');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 900 }), (text) => {
      const parts = breakable(text);
      assert.equal(parts.join(''), text);
      assert.ok(parts.length <= 201);
      assert.ok(text === '' || parts.every((part) => part !== ''));
    }),
  );
  assert.equal(breakable('a/'.repeat(500_000)).length, 201);
});
