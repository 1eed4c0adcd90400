/** The document by which agents coordinate, `COORDINATION.md`: its sections, and the table of the current work. */
import type { CoordinationAnswer } from '../../../contract/work-answers';
import { MAX_DOCUMENT_TEXT } from '../../../contract/work-bounds';
import { type SmallFileKind, SmallFileReader } from '../json-file';
import { cut, MAX_WORK_BYTES } from './fields';

export const COORDINATION_FILE = 'COORDINATION.md';

const MAX_SECTIONS = 100;
const MAX_ROWS = 200;
const MAX_COLUMNS = 20;
const MAX_CELL = 500;
const MAX_TITLE = 200;
/** The section whose table lists what agents do. */
const CURRENT_WORK = 'current work';

/** The document without the state of its file. */
export type Coordination = Omit<CoordinationAnswer, 'source' | 'changed_at' | 'version'>;

/** @returns the document as the swarm's tool understands it: `# ` is its title, and each `## ` begins a section */
export function parseCoordination(bytes: Buffer): Coordination {
  const whole = bytes.toString('utf8').replace(/^\ufeff/, '');
  const text = cut(whole, MAX_DOCUMENT_TEXT);
  const lines = text.split(/\r?\n/);
  const { heads, titleAt } = headings(lines);
  const body = (from: number, to: number | undefined) => lines.slice(from, to).join('\n').trim();
  const sections = heads.slice(0, MAX_SECTIONS).map((at, index) => ({
    title: cut((lines[at] ?? '').slice(3).trim(), MAX_TITLE),
    text: body(at + 1, heads[index + 1]),
    line: at + 1,
  }));
  const current = sections.find(({ title }) => title.toLowerCase() === CURRENT_WORK);
  return {
    title: titleAt === null ? null : cut((lines[titleAt] ?? '').slice(2).trim(), MAX_TITLE) || null,
    preamble: body(titleAt === null ? 0 : titleAt + 1, heads[0] ?? lines.length) || null,
    sections,
    left_off: Math.max(0, heads.length - MAX_SECTIONS),
    current_work: current ? readTable(current.text.split('\n')) : null,
    text,
    truncated: text.length !== whole.length,
  };
}

/** A `#` in a fenced block of code is no heading. */
function headings(lines: readonly string[]): { heads: number[]; titleAt: number | null } {
  const heads: number[] = [];
  let titleAt: number | null = null;
  let fence: string | null = null;
  for (const [at, line] of lines.entries()) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark) fence = fence === null ? mark : mark.startsWith(fence) ? null : fence;
    if (fence !== null) continue;
    if (line.startsWith('## ')) heads.push(at);
    else if (titleAt === null && heads.length === 0 && line.startsWith('# ')) titleAt = at;
  }
  return { heads, titleAt };
}

/** The first table: a row of names, a row of dashes, then the rows. */
function readTable(lines: readonly string[]): Coordination['current_work'] {
  const begin = lines.findIndex((line, at) => isRow(line) && isRowOfDashes(lines[at + 1] ?? ''));
  if (begin < 0) return null;
  const columns = cells(lines[begin] ?? '');
  const rest = lines.slice(begin + 2);
  const end = rest.findIndex((line) => !isRow(line));
  const rows = rest.slice(0, end < 0 ? undefined : end).slice(0, MAX_ROWS);
  const rowOf = (own: readonly string[]) => columns.map((_name, at) => own[at] ?? '');
  return { columns, rows: rows.map((line) => rowOf(cells(line))) };
}

/** In one pass: a pattern with two lists of the same characters would take a minute for the longest line. */
function isRowOfDashes(line: string): boolean {
  return line.includes('-') && /^[\s:|-]+$/.test(line);
}

function isRow(line: string): boolean {
  return line.trim().startsWith('|');
}

function cells(line: string): string[] {
  const inner = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  const parts = inner.split(/(?<!\\)\|/).slice(0, MAX_COLUMNS);
  return parts.map((part) => cut(part.replaceAll('\\|', '|').trim(), MAX_CELL));
}

/** Keeps the newest document that could be read. */
export class CoordinationReader extends SmallFileReader<Coordination> {
  /**
   * @param root the swarm's root
   * @param now the clock, milliseconds since 1970
   */
  constructor(root: string, now?: () => number) {
    super(root, KIND, now);
  }

  /** Null before the first reading. A new object after a change. */
  get document(): Coordination | null {
    return this.content;
  }
}

const KIND: SmallFileKind<Coordination> = {
  name: COORDINATION_FILE,
  maxBytes: MAX_WORK_BYTES,
  parse: (bytes) => ({ content: parseCoordination(bytes), skipped: [] }),
  missing: `There is no ${COORDINATION_FILE} in the root of this swarm.`,
  ending: { known: 'what it contained before is shown', unknown: 'its content is not known' },
};
