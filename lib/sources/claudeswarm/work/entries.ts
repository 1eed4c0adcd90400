/** Reads the entries of one JSON file about work, each by itself. */
import type { Skipped } from '../../../contract/schemas';
import { isObject } from '../../../platform/json-shape';
import { countSkipped } from '../../source-status';
import { BEYOND, parseObject, type SmallFileKind, SmallFileReader } from '../json-file';
import { readName } from '../message-fields';
import { MAX_WORK_BYTES } from './fields';

type Fields = Readonly<Record<string, unknown>>;

/** Describes a file with entries of one kind. */
export interface EntriesFile<Entry> {
  /** Below the root. */
  name: string;
  /** The field that contains the entries, by id or as a list. */
  field: string;
  form: 'by id' | 'list';
  most: number;
  /** Of more entries than `most`, which are kept. */
  keep: 'first' | 'last';
  /** @param key of the entry, or its place; null for an entry that says nothing */
  read: (entry: Fields, key: string) => Entry | null;
  /** Why an entry is skipped that `read` refuses. */
  refused: string;
  /** A sentence: what it means that the file does not exist. */
  missing: string;
  /** What the file tells, in the plural: `contexts`. */
  what: string;
}

/**
 * Reads the bytes of such a file, tolerantly: an entry that says nothing is skipped alone.
 *
 * @returns the entries in the order of the file and what was skipped, or why there are none
 */
export function parseEntries<Entry>(
  bytes: Buffer,
  { field, form, most, keep, read, refused }: EntriesFile<Entry>,
): { content: readonly Entry[]; skipped: Skipped[] } | { error: string } {
  const parsed = parseObject(bytes);
  if ('error' in parsed) return parsed;
  const found = parsed.object[field];
  const isForm = form === 'list' ? Array.isArray(found) : isObject(found);
  if (found !== undefined && !isForm) return { error: `${field} is not ${form === 'list' ? 'a list' : 'an object'}` };
  const all = form === 'list' ? [...((found ?? []) as unknown[]).entries()] : Object.entries(found ?? {});
  const kept = keep === 'first' ? all.slice(0, most) : all.slice(-most);
  const content: Entry[] = [];
  const skipped: [string, string | null][] = [];
  for (const [key, entry] of kept) {
    const name = typeof key === 'number' ? `${field}[${key}]` : (readName(key) ?? '');
    const place = typeof key === 'number' ? name : `${field}[${JSON.stringify(name)}]`;
    const made = isObject(entry) ? read(entry, name) : null;
    if (made !== null) content.push(made);
    else skipped.push([isObject(entry) ? refused : 'entry is not an object', place]);
  }
  for (let left = all.length - kept.length; left > 0; left--) skipped.push([`${BEYOND} ${most} entries`, null]);
  return { content, skipped: countSkipped(skipped) };
}

/** Keeps the newest entries of one file that could be read. */
export class EntriesReader<Entry> extends SmallFileReader<readonly Entry[]> {
  /**
   * @param root the swarm's root
   * @param now the clock, milliseconds since 1970
   */
  constructor(root: string, file: EntriesFile<Entry>, now?: () => number) {
    super(root, kindOf(file), now);
  }

  /** In the order of the file; none before the first reading. A new list after a change. */
  get entries(): readonly Entry[] {
    return this.content ?? NONE;
  }
}

const NONE: readonly never[] = [];

function kindOf<Entry>(file: EntriesFile<Entry>): SmallFileKind<readonly Entry[]> {
  const { name, missing, what } = file;
  return {
    ...{ name, missing, maxBytes: MAX_WORK_BYTES },
    parse: (bytes) => parseEntries(bytes, file),
    ending: { known: `the ${what} that it had before are shown`, unknown: `no ${what} are known` },
  };
}
