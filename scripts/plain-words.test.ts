import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findWords, findWordsBelow, leftOutWords, type PlainWord, readableFiles } from './plain-words';

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

test('findWords(): an exception names the words around it, and … for an expression', () => {
  const words = [{ pattern: 'holds', use: 'has', except: '…\\S* holds …|holds (\\S+ ){0,2}locks?' }];
  const places = (path: string, source: string) => findWords(path, source, words).map(({ line }) => line);
  assert.deepEqual(places('lib/a.ts', 'const a = `$' + '{who} holds $' + '{what}, it holds $' + '{what}`;'), [1]);
  assert.deepEqual(
    places('components/a.tsx', 'const a = <p>{who} holds {what}</p>;\nconst b = <p>it holds {what}</p>;'),
    [2],
  );
  assert.deepEqual(places('README.md', 'It holds a lock.\nIt holds two of them.'), [2]);
});

test('findWords(): ready-made files of the documents are read with their comments', () => {
  assert.deepEqual(found('docs/deploy/nginx.conf', '# told', 'listen 80;'), ['1: told']);
  assert.deepEqual(found('docs/a.json', '{ "title": "A ring" }'), ['1: ring']);
});

test('plain-words.json: finds every word that the project leaves out', () => {
  const leftOut = [
    'open matters|what matters|what wants a person|tell|told|untold|tells|look|looked|looks|beat|beats|paced',
    'PassingTime|passing time|a ring|closed rings|lived twice|voices|audiences|the recording|take along|taken along',
    'Take a span along|visitor|a refusal|the mark beside the database|who talks to whom|Who waits for whom',
    'group by nothing|silent 7 s|nobody looked|nobody named|passed over|works again|stands|it holds 5 entries',
    'leads nowhere|anew|besides|shall|so many bytes|for a time|for want of',
  ].flatMap((words) => words.split('|'));
  const words = leftOutWords();
  assert.deepEqual(
    leftOut.filter((text) => findWords('docs/a.md', text, words).length === 0),
    [],
  );
});

test('plain-words.json: usual words of the trade are allowed', () => {
  const text = [
    'agent-1 holds a lock on src/a.ts, agent-2 holds src/b.ts, and who holds which file is known. Look up one at a time.',
    'It must be a time in ISO 8601 with a time zone. A ring buffer. No matter how many. Hold and held, stand-alone, leader.',
  ].join('\n');
  assert.deepEqual(findWords('docs/a.md', text, leftOutWords()), []);
});

const findings = findWordsBelow(process.cwd());
const isDocument = (file: string) => /\.md$|^docs\/|^Dockerfile$/.test(file);
const described = (found: typeof findings) =>
  found.map(({ file, line, word, use }) => `${file}:${line}: ${word} (${use})`);

test('documents: README, guides, docs/ and its ready-made files have none of the words that are left out', () => {
  assert.deepEqual(described(findings.filter(({ file }) => isDocument(file))), []);
});

test('code: UI, errors, logs and help have none of the words that are left out', () => {
  assert.deepEqual(described(findings.filter(({ file }) => !isDocument(file))), []);
});

test('readableFiles(): code, README, documents and ready-made files, but no tests', () => {
  const files = readableFiles(process.cwd());
  const some = [
    'README.md',
    'docs/architecture.md',
    'docs/deploy/Caddyfile',
    'Dockerfile',
    'scripts/test.ts',
    'app/page.tsx',
  ];
  for (const path of some) {
    assert.ok(files.includes(path), path);
  }
  assert.ok(!files.some((path) => /\.test\.|node_modules|^test\/|^e2e\//.test(path)));
});
