/**
 * Changes to the text of `PENDING_ACKS.json`: everything that is not changed keeps its bytes. Parsing and writing it
 * again would lose what JavaScript's numbers and objects can't express.
 */
import { elementSpans, memberSpans, readObjectText, replaceSpans, type Span } from './json-spans';
import { pythonJsonIndented } from './written-form';

/** The file as text, with the places of what may change. */
export interface AcksText {
  text: string;
  /** Null where the file has none. */
  version: number | null;
  entries: readonly { span: Span; value: unknown }[];
  spans: { version: Span | null; list: Span };
}

type Read = AcksText | { error: string };

/**
 * The tool raises the version by one. With another step a file of this program never has the same version as one that
 * the tool has written from the same file, so that the tool notices that it read the wrong one.
 */
const VERSION_STEP = 2;

/** @returns the version under which this program writes a file that had this one; null for a file without a version */
export function nextVersion(version: number | null): number {
  return version === null ? 1 : version + VERSION_STEP;
}

/**
 * Finds what may change.
 *
 * @returns why the file must be left as it is, as the end of a sentence, if it differs from what the swarm's tool writes
 */
export function readAcksText(bytes: Buffer): Read {
  const read = readObjectText(bytes);
  if ('error' in read) return read;
  const { text, value } = read;
  const { version, pending_acks: entries } = value;
  if (!Array.isArray(entries)) return { error: '"pending_acks" is not a list' };
  if (version !== undefined && !Number.isSafeInteger(version)) return { error: '"version" is not a whole number' };
  // Of a name that occurs twice the last value counts, as in Python.
  const fields = new Map(memberSpans(text, 0));
  const list = fields.get('pending_acks') as Span;
  const spans = elementSpans(text, list[0]);
  return {
    text,
    version: (version as number | undefined) ?? null,
    entries: entries.map((entry: unknown, index) => ({ value: entry, span: spans[index] as Span })),
    spans: { version: fields.get('version') ?? null, list },
  };
}

/** @returns the file without the entries at these places of the list, under the next version */
export function withoutEntries(acks: AcksText, dropped: ReadonlySet<number>): string {
  const { text, entries, spans } = acks;
  const kept = entries.filter((_, index) => !dropped.has(index)).map(({ span: [from, to] }) => text.slice(from, to));
  return withNextVersion(acks, spans.list, listOf(kept));
}

/** @returns the file with more entries at the end of the list, under the next version */
export function withEntries(acks: AcksText, added: readonly object[]): string {
  const { text, entries, spans } = acks;
  const known = entries.map(({ span: [from, to] }) => text.slice(from, to));
  return withNextVersion(acks, spans.list, listOf([...known, ...added.map(indented)]));
}

/** @returns a file that lists these entries, under the first version */
export function newAcksText(added: readonly object[]): string {
  return pythonJsonIndented({ version: 1, pending_acks: added });
}

/**
 * Applies what another program has changed to a newer file than the one that it had read.
 *
 * @param base the file that it had read
 * @param changed what it has written
 * @param onto the file that its changes belong to
 * @returns null if one of them can't be read
 */
export function rebased(base: Buffer, changed: Buffer, onto: Buffer): string | null {
  const [before, after, target] = [base, changed, onto].map(readAcksText) as [Read, Read, Read];
  if ('error' in before || 'error' in after || 'error' in target) return null;
  const meaning = ({ value }: AcksText['entries'][number]) => JSON.stringify(value);
  const [was, is, has] = [before, after, target].map(({ entries }) => new Set(entries.map(meaning))) as [
    Set<string>,
    Set<string>,
    Set<string>,
  ];
  const kept = target.entries.filter((entry) => !(was.has(meaning(entry)) && !is.has(meaning(entry))));
  const added = after.entries.filter((entry) => !was.has(meaning(entry)) && !has.has(meaning(entry)));
  const textOf = ({ text }: AcksText, { span: [from, to] }: AcksText['entries'][number]) => text.slice(from, to);
  const entries = [...kept.map((entry) => textOf(target, entry)), ...added.map((entry) => textOf(after, entry))];
  const version = Math.max(target.version ?? 0, after.version ?? 0);
  return withNextVersion({ ...target, version }, target.spans.list, listOf(entries));
}

/** The tool's form: two spaces for each level. */
function listOf(entries: readonly string[]): string {
  return entries.length === 0 ? '[]' : `[\n    ${entries.join(',\n    ')}\n  ]`;
}

function indented(entry: object): string {
  return pythonJsonIndented(entry).replaceAll('\n', '\n    ');
}

function withNextVersion({ text, version, spans }: AcksText, list: Span, entries: string): string {
  const next = String(nextVersion(version));
  const changes: [Span, string][] = [[list, entries]];
  if (spans.version) changes.push([spans.version, next]);
  else {
    const start = text.indexOf('{') + 1;
    changes.push([[start, start], `\n  "version": ${next},`]);
  }
  return replaceSpans(text, changes);
}
