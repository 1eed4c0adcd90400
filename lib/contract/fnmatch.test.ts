import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  comparisonSteps,
  compilePattern,
  fnmatch,
  hasPatternCharacters,
  isTooLongForPattern,
  MAX_PATTERN_BYTES,
} from './fnmatch';

/**
 * Python's `fnmatch.translate`, which makes a regular expression of a pattern: slow for many `*`, so for short texts.
 */
function translated(pattern: string): RegExp {
  const characters = [...pattern];
  let source = '';
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] as string;
    const afterBang = at + (characters[at + 1] === '!' ? 2 : 1);
    const end = character === '[' ? characters.indexOf(']', afterBang + 1) : -1;
    if (character === '*') source += '[\\s\\S]*';
    else if (character === '?') source += '[\\s\\S]';
    else if (end !== -1) {
      source += translatedSet(characters.slice(at + 1, end));
      at = end;
    } else source += escaped(character);
  }
  return new RegExp(`^(?:${source})$`, 'u');
}

/** Cuts a set at each `-` that can be a range, drops ranges that run backwards, and only then checks for the `!`. */
function translatedSet(inside: readonly string[]): string {
  const chunks: string[][] = [];
  let begin = 0;
  let dash = inside.indexOf('-', inside[0] === '!' ? 2 : 1);
  for (; dash !== -1; dash = inside.indexOf('-', dash + 3)) {
    chunks.push(inside.slice(begin, dash));
    begin = dash + 1;
  }
  if (begin < inside.length || chunks.length === 0) chunks.push(inside.slice(begin));
  else chunks.at(-1)?.push('-');
  for (let index = chunks.length - 1; index > 0; index--) {
    const [before = [], after = []] = chunks.slice(index - 1, index + 1);
    if ((before.at(-1)?.codePointAt(0) ?? 0) > (after[0]?.codePointAt(0) ?? 0)) {
      chunks.splice(index - 1, 2, [...before.slice(0, -1), ...after.slice(1)]);
    }
  }
  const negated = chunks[0]?.[0] === '!';
  const members = chunks.map((chunk, index) =>
    chunk
      .slice(negated && index === 0 ? 1 : 0)
      .map(escaped)
      .join(''),
  );
  const set = members.join('-');
  if (set === '') return negated ? '[\\s\\S]' : '[]';
  return `[${negated ? '^' : ''}${set}]`;
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) as number).toString(16)}}`;
}

const ATOMS = [
  ...'abc/**?[]!-^\\&|.\n',
  ...['[ab]', '[!a]', '[a-c]', '[]a]', '[!]', '[b-]', '[c-a]', '[!c-a]', '[--/]'],
];
const WIDE = ['é', '😀', '[à-ü]', '\ud83d', '\ude00'];

test('fnmatch(): agrees with the regular expression that Python makes of the pattern', () => {
  const pattern = fc.array(fc.constantFrom(...ATOMS, ...WIDE), { maxLength: 8 }).map((parts) => parts.join(''));
  const unit = fc.constantFrom(...'abcd/[]!-^\\&|.\n', 'é', '😀', '\ud83d', '\ude00');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 9 }), pattern, (text, written) => {
      assert.equal(fnmatch(text, written), translated(written).test(text));
    }),
    { numRuns: 20_000 },
  );
});

test('fnmatch(): agrees with it where more than 32 characters stand between two *', () => {
  const part = fc.constantFrom('a', 'b', '?', '[ab]', '[!a]');
  const middle = fc.array(part, { minLength: 20, maxLength: 80 }).map((parts) => parts.join(''));
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '😀'), minLength: 20, maxLength: 200 });
  const fitting = fc.tuple(middle, text, text).map(([written, before, after]) => {
    const fit = written.replace(/\[!a\]/g, 'b').replace(/\[ab\]|\?/g, 'a');
    return { written: `*${written}*`, subject: `${before}${fit}${after}` };
  });
  const any = fc.record({ written: middle.map((parts) => `a*${parts}*[!a]`), subject: text });
  fc.assert(
    fc.property(fc.oneof(fitting, any), ({ written, subject }) => {
      assert.equal(fnmatch(subject, written), translated(written).test(subject));
    }),
    { numRuns: 2000 },
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

test('fnmatch(): answers as Python does', () => {
  for (const [text, pattern, matches] of [...PYTHON, ...recorded()]) {
    assert.equal(fnmatch(text, pattern), matches, JSON.stringify({ text, pattern }));
  }
});

/** A thousand more, of random texts and patterns. */
function recorded(): typeof PYTHON {
  return JSON.parse(readFileSync('test/fixtures/fnmatch/python-3.11.json', 'utf8'));
}

test('fnmatch(): a pattern that would make backtracking explode is answered', () => {
  assert.equal(fnmatch('a'.repeat(4000), `${'*a'.repeat(1000)}*b`), false);
  assert.equal(fnmatch(`${'a'.repeat(4000)}b`, `${'*a'.repeat(1000)}*b`), true);
  assert.equal(fnmatch('a'.repeat(4000), `*${'?'.repeat(2000)}b*`), false);
});

test('fnmatch(): a text or pattern longer than any path matches itself alone', () => {
  const [fits, long] = ['é'.repeat(MAX_PATTERN_BYTES / 2), 'é'.repeat(MAX_PATTERN_BYTES / 2 + 1)];
  assert.deepEqual([fits, long].map(isTooLongForPattern), [false, true]);
  assert.equal(fnmatch(fits, '*'), true);
  assert.equal(fnmatch(long, '*'), false);
  assert.equal(fnmatch(long, long), true);
  const pattern = `${'a'.repeat(MAX_PATTERN_BYTES)}*`;
  assert.equal(fnmatch(pattern, pattern), true);
  assert.equal(fnmatch('a'.repeat(MAX_PATTERN_BYTES), pattern), false);
});

test('comparisonSteps(): no comparison of a path with a pattern is estimated at more than 50 ms', () => {
  const parts = ['*a', '?', '[ab]', '[!a]', 'ab', '[a-z]b?'];
  for (const part of parts) {
    const written = `*${part.repeat(Math.floor((MAX_PATTERN_BYTES - 2) / part.length))}*`;
    const steps = comparisonSteps(compilePattern(written), MAX_PATTERN_BYTES);
    assert.ok(steps < 50_000_000, `${part}: ${steps}`);
  }
});

test('hasPatternCharacters(): knows which texts can be patterns', () => {
  assert.deepEqual(['a/b', 'a*', 'a?', '[a', 'a]'].map(hasPatternCharacters), [false, true, true, true, false]);
});
