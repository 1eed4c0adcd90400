import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasMarkdown, isMeant, safeHref } from './parse-markdown';

test('hasMarkdown(): true for structure, false for plain text', () => {
  for (const text of [
    '`a`',
    '```\nx\n```',
    '- a',
    '1. a',
    '> a',
    '# a',
    '**a**',
    '| a | b |\n|---|--:|',
    'see http://a.b',
  ]) {
    assert.equal(hasMarkdown(text), true, text);
  }
  for (const text of [
    'Done.',
    'a\n\n  b: "c"',
    '2 * 3',
    'snake_case_name',
    'a - b',
    'x'.repeat(20_000).concat('`a`'),
  ]) {
    assert.equal(hasMarkdown(text), false, text.slice(0, 20));
  }
});

test('safeHref(): only http and https are links', () => {
  assert.equal(safeHref('https://a.example/x?y'), 'https://a.example/x?y');
  for (const href of [
    'javascript:alert(1)',
    ' https://a',
    'data:text/html,x',
    '//a.b',
    'mailto:a@b',
    'http://',
    5,
    null,
  ]) {
    assert.equal(safeHref(href), null);
  }
});

test('isMeant(): patterns are not emphasis', () => {
  assert.equal(isMeant('*word*'), true);
  assert.equal(isMeant('**two words**'), true);
  assert.equal(isMeant('*.ts and lib/*'), false);
  assert.equal(isMeant('_docs_'), true);
});
