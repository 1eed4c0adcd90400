import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fnmatch, hasPatternCharacters } from './fnmatch';

/** The definition, tried in every way: exponential, so for short texts only. */
function reference(text: string, pattern: string): boolean {
  if (pattern === '') return text === '';
  const rest = pattern.slice(1);
  if (pattern[0] === '*') return reference(text, rest) || (text !== '' && reference(text.slice(1), pattern));
  if (text === '') return false;
  if (pattern[0] === '?') return reference(text.slice(1), rest);
  const set = /^\[(!?)(\]?[^\]]*)\]/.exec(pattern);
  if (set?.[2]) {
    const held = inSet(text[0] as string, set[2]);
    return held === (set[1] === '') && reference(text.slice(1), pattern.slice(set[0].length));
  }
  return text[0] === pattern[0] && reference(text.slice(1), rest);
}

function inSet(character: string, members: string): boolean {
  if (members === '') return false;
  const range = /^(.)-(.)/.exec(members);
  if (range) return (character >= `${range[1]}` && character <= `${range[2]}`) || inSet(character, members.slice(3));
  return character === members[0] || inSet(character, members.slice(1));
}

test('agrees with the definition on short texts', () => {
  // Ranges that run backwards are left out: there Python follows its translation, not the definition.
  const part = fc.constantFrom('a', 'b', '/', '*', '?', '[', ']', '[ab]', '[!a]', '[a-c]', '[]a]', '[!]', '[b-]');
  const pattern = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '/', '[', ']', '!', '-'), maxLength: 6 });
  const isForward = (set: string) => !/(.)-(.)/.test(set) || /a-c/.test(set);
  fc.assert(
    fc.property(text, pattern, (subject, written) => {
      fc.pre(isForward(written));
      assert.equal(fnmatch(subject, written), reference(subject, written));
    }),
    { numRuns: 5000 },
  );
});

/** Answers of Python 3.11's `fnmatch.fnmatchcase(text, pattern)`. */
const PYTHON: [text: string, pattern: string, matches: boolean][] = [
  ['src/ui/theme.tsx', 'src/ui/*.tsx', true],
  ['src/ui/deep/theme.tsx', 'src/ui/*.tsx', true],
  ['app/i/page.tsx', 'app/[id]/page.tsx', true],
  ['app/[id]/page.tsx', 'app/[id]/page.tsx', false],
  ['app/[id', 'app/[id', true],
  ['A', 'a', false],
  ['a\nb', 'a?b', true],
  ['😀', '?', true],
  ['é', '[à-ü]', true],
  ['-', '[a-]', true],
  ['b', '[c-a]', false],
  ['b', '[!c-a]', true],
  ['/', '[c-*!]', true],
  ['\\', '[b-&!-[/]', true],
  ['^', '[^]', true],
  ['', '', true],
  ['', '*', true],
  ['x', '', false],
];

test('answers as Python does', () => {
  for (const [text, pattern, matches] of PYTHON) assert.equal(fnmatch(text, pattern), matches, `${text} ~ ${pattern}`);
});

test('a pattern that would make backtracking explode is answered', () => {
  assert.equal(fnmatch('a'.repeat(5000), `${'*a'.repeat(30)}*b`), false);
  assert.equal(fnmatch(`${'a'.repeat(5000)}b`, `${'*a'.repeat(30)}*b`), true);
});

test('knows which texts can be patterns', () => {
  assert.deepEqual(['a/b', 'a*', 'a?', '[a', 'a]'].map(hasPatternCharacters), [false, true, true, true, false]);
});
