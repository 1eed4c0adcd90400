import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findWords, type PlainWord, readableFiles } from './plain-words';

const WORDS: PlainWord[] = [
  { pattern: 'told', use: 'say' },
  { pattern: 'rings?', use: 'wait cycle' },
  { pattern: 'for want of', use: 'without' },
  { pattern: 'nobody told', use: 'not known' },
];

/** @returns each finding as `line: word` */
function found(path: string, ...lines: string[]): string[] {
  return findWords(path, lines.join('\n'), WORDS).map(({ line, word }) => `${line}: ${word}`);
}

test('findWords(): string literals, templates and JSX text are read', () => {
  const source = [
    "const error = 'Nobody was told.';",
    'const log = `$' + '{count} agents were told` + "for want of a file";',
    'const label = "Told";',
    'const view = <p title="a ring">',
    '  It was told by {name}, or told',
    '  again.',
    '</p>;',
  ];
  assert.deepEqual(found('components/a.tsx', ...source), [
    '1: told',
    '2: told',
    '2: for want of',
    '3: Told',
    '4: ring',
    '5: told',
    '5: told',
  ]);
});

test('findWords(): names, comments, types, imports, classes and SQL are not text', () => {
  const source = [
    "import { told } from './told as it is';",
    '// told in a comment',
    "type Kind = 'told' | 'as told';",
    "const kind: Kind = 'told';",
    'const ring = { told, ring: untold };',
    'const view = <p className="ring told" id="the told one" />;',
    "db.prepare('SELECT told FROM rings');",
    'db.exec(`-- What was told.\n CREATE TABLE told (ring TEXT)`);',
  ];
  assert.deepEqual(found('components/a.tsx', ...source), []);
});

test('findWords(): whole words in any case, not parts of words or of names', () => {
  assert.deepEqual(found('lib/a.ts', "const a = 'Retold strings, ring-2 and focus:ring, told_at.';"), []);
  assert.deepEqual(found('lib/a.ts', "const a = 'RINGS, told: told';"), ['1: RINGS', '1: told', '1: told']);
});

test('findWords(): an escaped line break ends a word', () => {
  assert.deepEqual(found('lib/a.ts', "const a = 'First\\ntold';"), ['1: told']);
});

test('findWords(): a phrase counts once and may continue on the next line', () => {
  assert.deepEqual(found('README.md', 'Here nobody told it,', 'for want', 'of time.'), [
    '1: nobody told',
    '2: for want of',
  ]);
});

test('findWords(): code and link targets of Markdown are skipped, comments in code blocks are read', () => {
  const source = [
    '# Told',
    'A `told` and ``told ` told`` and [a ring](docs/told.md).',
    '```sh',
    'curl told # what is told',
    'grep -c "#told" ring',
    '```',
    'Told.',
  ];
  assert.deepEqual(found('docs/a.md', ...source), ['1: Told', '2: ring', '4: told', '7: Told']);
});

test('findWords(): a finding has its line, the word to use and the text', () => {
  assert.deepEqual(findWords('lib/a.ts', "\n  const a = 'It is told.';", WORDS), [
    { file: 'lib/a.ts', line: 2, word: 'told', use: 'say', text: "const a = 'It is told.';" },
  ]);
});

test('findWords(): names a file that cannot be parsed', () => {
  assert.throws(() => found('lib/a.ts', "const = 'told"), /^Error: lib\/a\.ts cannot be parsed/);
});

test('readableFiles(): code, README and documents, but no tests', () => {
  const files = readableFiles(process.cwd());
  for (const path of ['README.md', 'docs/architecture.md', 'scripts/test.ts', 'app/page.tsx']) {
    assert.ok(files.includes(path), path);
  }
  assert.ok(!files.some((path) => /\.test\.|node_modules|^test\/|^e2e\//.test(path)));
});
