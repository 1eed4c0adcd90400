/**
 * Finds words that the project does not use (scripts/plain-words.json) where people read them: string literals and JSX
 * text of the code (UI, errors, logs, help), Markdown, and the ready-made files in docs/. Names, comments in code,
 * types, SQL, class lists and tests are not read.
 *
 *     node --import tsx scripts/plain-words.ts    # file:line: word (use ...): text
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';

export interface PlainWord {
  /** A regular expression of whole words, in any case; a blank in it matches any white space. */
  pattern: string;
  /** What to write instead. */
  use: string;
  /** A regular expression of phrases in which the word is right, such as "hold a lock". */
  except?: string;
}

export interface Finding {
  file: string;
  line: number;
  word: string;
  use: string;
  /** The line on which it begins, trimmed. */
  text: string;
}

/** From `start` up to but without `end`, in characters of the source. */
interface Passage {
  start: number;
  end: number;
}

/** Also left out: what simulated agents say to each other. */
const LEFT_OUT =
  /(^|\/)node_modules\/|\.test\.tsx?$|^(test|e2e|public)\/|^scripts\/plain-words\.|^lib\/simulator\/phrases\.ts$|^next-env\.d\.ts$/;
const CODE = /\.(ts|tsx|mjs)$/;
/** Files that people copy or import: read whole, comments and titles included. */
const READY_MADE = /^docs\/.*(\.(yml|json|conf|service)|\/Caddyfile)$|^Dockerfile$/;
/**
 * Statements, also after comments, and what only they contain. SQL names change with the schema, not with the prose.
 */
const SQL =
  /^\s*(--.*\s+)*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|WITH|PRAGMA|REPLACE)\b|\b(CREATE (TABLE|INDEX|VIRTUAL)|ALTER TABLE|INSERT INTO|ORDER BY|GROUP BY)\b|\(SELECT\b/;
/** Attributes whose value is no text for people. */
const SILENT_ATTRIBUTE = /^(className|class|style|href|src|id|key|d|viewBox)$/;
const MAX_TEXT_LENGTH = 120;
/** Takes the place of an expression in a template or in JSX text, so that exceptions can name it. */
const EXPRESSION = '…';

/** @returns what is found in one file, in order; `path` decides how it is read */
export function findWords(path: string, source: string, words: readonly PlainWord[]): Finding[] {
  const readable = readableText(path, source);
  const found = words
    .flatMap(({ pattern, use, except }) => {
      const allowed = except === undefined ? [] : passagesOf(readable, except);
      return passagesOf(readable, pattern)
        .filter(({ start, end }) => !allowed.some((phrase) => phrase.start <= start && end <= phrase.end))
        .map(({ start, end }) => ({ index: start, end, use }));
    })
    .sort((a, b) => a.index - b.index || b.end - a.end);
  const lines = source.split('\n');
  return found.flatMap(({ index, end, use }, order) => {
    // A word inside of a phrase that is found is not found again.
    if (found.slice(0, order).some((before) => before.end > index)) return [];
    const line = source.slice(0, index).split('\n').length;
    const word = readable.slice(index, end).replace(/\s+/g, ' ');
    return [{ file: path, line, word, use, text: (lines[line - 1] ?? '').trim().slice(0, MAX_TEXT_LENGTH) }];
  });
}

/** @returns the source with blanks for everything that is not text for people; places stay the same */
function readableText(path: string, source: string): string {
  if (CODE.test(path)) return textOfCode(path, source);
  return path.endsWith('.md') ? textOfMarkdown(source) : source;
}

/** @returns where a pattern matches whole words, in any case; a blank in it matches any white space */
function passagesOf(text: string, pattern: string): Passage[] {
  const wholeWords = new RegExp(`(?<![\\w:-])(?:${pattern.replaceAll(' ', '\\s+')})(?![\\w-])`, 'gi');
  return [...text.matchAll(wholeWords)].map(({ 0: word, index }) => ({ start: index, end: index + word.length }));
}

/** The source with blanks for everything but the passages, so that places stay the same. */
function only(source: string, passages: readonly Passage[]): string {
  const kept = Array.from(source.replace(/[^\n]/g, ' '));
  for (const { start, end } of passages) for (let at = start; at < end; at += 1) kept[at] = source[at] ?? '';
  return kept.join('');
}

function textOfCode(path: string, source: string): string {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const passages: Passage[] = [];
  const silent: Passage[] = [];
  const expressions: number[] = [];
  const literal = (node: Passage, value: unknown) => {
    if (typeof value === 'string' && isProse(value)) passages.push({ start: node.start + 1, end: node.end - 1 });
  };
  new Visitor({
    Literal: (node) => literal(node, node.value),
    JSXText: ({ start, end }) => passages.push({ start, end }),
    JSXExpressionContainer: ({ start }) => expressions.push(start),
    TemplateLiteral: (node) => {
      const text = node.quasis.map(({ value }) => value.cooked ?? value.raw).join('...');
      if (!isProse(text)) return;
      // Quasis may include the signs around them.
      for (const { start, end } of node.quasis) {
        const signs = /^([`}]?)[\s\S]*?(`|\$\{)?$/.exec(source.slice(start, end));
        passages.push({ start: start + (signs?.[1]?.length ?? 0), end: end - (signs?.[2]?.length ?? 0) });
      }
      expressions.push(...node.expressions.map(({ start }) => start));
    },
    JSXAttribute: (node) => {
      if (node.name.type === 'JSXIdentifier' && SILENT_ATTRIBUTE.test(node.name.name)) silent.push(node);
    },
    ImportDeclaration: ({ source: from }) => silent.push(from),
    TSLiteralType: (node) => silent.push(node),
  }).visit(program);
  const isSilent = ({ start }: Passage) => silent.some((outer) => outer.start <= start && start < outer.end);
  const text = only(
    source,
    passages.filter((passage) => !isSilent(passage)),
  );
  const characters = Array.from({ length: text.length }, (_, at) => text.charAt(at));
  for (const at of expressions) characters[at] = EXPRESSION;
  // An escaped line break ends a word as a true one does.
  return characters.join('').replace(/\\[nrt]/g, '  ');
}

/** One lower-case word is a name in the code, several words or a capital are text. */
function isProse(text: string): boolean {
  return (/\S\s+\S/.test(text) || /^\s|\s$|^[A-Z][a-z]/.test(text)) && !SQL.test(text);
}

/** Markdown without code; of code blocks their comments. */
function textOfMarkdown(source: string): string {
  const blank = (text: string) => text.replace(/[^\n]/g, ' ');
  return source
    .replace(/^(```+|~~~+)[^\n]*\n[\s\S]*?^\1/gm, (block) =>
      block.replace(/^.*$/gm, (line) => {
        const comment = /(^|\s)(#|\/\/)\s.*$/.exec(line);
        return comment ? blank(line.slice(0, comment.index)) + comment[0] : blank(line);
      }),
    )
    .replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, blank)
    .replace(/\]\([^)\s]*\)/g, blank);
}

/** @returns the files of a repository that contain text for people, relative to it */
export function readableFiles(root: string): string[] {
  const top = readdirSync(root, { withFileTypes: true }).filter(
    ({ name }) => !name.startsWith('.') && name !== 'node_modules',
  );
  const paths = top.flatMap((entry) =>
    entry.isDirectory()
      ? readdirSync(join(root, entry.name), { recursive: true, encoding: 'utf8' }).map((path) =>
          posix.join(entry.name, path.split(sep).join('/')),
        )
      : [entry.name],
  );
  return paths
    .filter((path) => (CODE.test(path) || READY_MADE.test(path) || path.endsWith('.md')) && !LEFT_OUT.test(path))
    .sort();
}

/** @returns the words that the project does not use (scripts/plain-words.json) */
export function leftOutWords(): PlainWord[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'plain-words.json'), 'utf8')) as PlainWord[];
}

/** @returns what is found in all of a repository's files that contain text for people */
export function findWordsBelow(root: string): Finding[] {
  const words = leftOutWords();
  return readableFiles(root).flatMap((path) => findWords(path, readFileSync(join(root, path), 'utf8'), words));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const found = findWordsBelow(process.cwd());
  for (const { file, line, word, use, text } of found) console.log(`${file}:${line}: ${word} (use ${use}): ${text}`);
  const counts = new Map<string, number>();
  for (const { file } of found) {
    const folder = file.includes('/') ? `${file.split('/')[0]}/` : file;
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  console.error(`${found.length} findings: ${[...counts].map(([folder, count]) => `${folder} ${count}`).join(', ')}`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
