import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endsWithQuestion, excerpt, inputExcerpt } from './transcript-excerpts';

test('endsWithQuestion(): the last paragraph asks, or a list of choices follows the question', () => {
  for (const text of [
    'Should I go on?',
    'Done.\n\nShall I push it?\n',
    'I would ask: **"which one?"**',
    '続けますか？',
    'Which one?\n\n1. The first\n2. The second',
    'Which one?\n- A\n- B',
  ]) {
    assert.equal(endsWithQuestion(text), true, text);
  }
});

test('endsWithQuestion(): a question that is answered or only mentioned does not count', () => {
  for (const text of [
    '',
    '\n\n',
    'Why did it fail? The path was wrong.',
    'What is left?\n\nNothing.',
    'Is it faster?\n\n- yes\n\nSo it is done.',
    '- one\n- two',
    'See https://example.com/?a=b',
  ]) {
    assert.equal(endsWithQuestion(text), false, text);
  }
});

test('inputExcerpt(): the command or path, else JSON, at most 200 characters', () => {
  assert.equal(inputExcerpt({ description: 'Test', command: 'npm test' }), 'npm test');
  assert.equal(inputExcerpt({ todos: [1], x: 2 }), '{"todos":[1],"x":2}');
  assert.equal(inputExcerpt({ command: 'x'.repeat(300) }).length, 200);
});

test('excerpt(): no half of a character is left', () => {
  assert.equal(excerpt('a😀', 2), 'a');
  assert.equal(excerpt('a😀', 3), 'a😀');
});
