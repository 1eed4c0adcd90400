/** Up to which message each agent has read its inbox, `.swarm/last_read_messages.json`. */
import type { Skipped } from '../../../contract/schemas';
import { countSkipped } from '../../source-status';
import { BEYOND, parseObject, type SmallFileKind, SmallFileReader } from '../json-file';
import { readName } from '../message-fields';

export const READ_MARKS_FILE = '.swarm/last_read_messages.json';

/** As many as agents of the registry. */
const MAX_MARKS = 2000;
/** A timestamp has 26 characters. */
const MAX_MARK_LENGTH = 100;
const KEPT_MS = 5000;

/** The timestamp of the newest message that an agent has read, as the log writes it, by the id of the agent. */
export type ReadMarks = ReadonlyMap<string, string>;

/**
 * Reads the bytes of the file, tolerantly: an entry that is not a text is skipped alone.
 *
 * @returns the marks and what was skipped, or why there are none
 */
export function parseReadMarks(bytes: Buffer): { content: ReadMarks; skipped: Skipped[] } | { error: string } {
  const parsed = parseObject(bytes);
  if ('error' in parsed) return parsed;
  const content = new Map<string, string>();
  const skipped: [string, string][] = [];
  for (const [key, mark] of Object.entries(parsed.object)) {
    const id = readName(key);
    const place = JSON.stringify(id ?? '');
    if (id === null || typeof mark !== 'string' || mark === '' || mark.length > MAX_MARK_LENGTH) {
      skipped.push(['entry is not the timestamp of a message', place]);
    } else if (content.size === MAX_MARKS) skipped.push([`${BEYOND} ${MAX_MARKS} entries`, place]);
    else content.set(id, mark);
  }
  return { content, skipped: countSkipped(skipped) };
}

/** Keeps the newest marks that could be read. */
export class ReadMarksReader extends SmallFileReader<ReadMarks> {
  readonly #now: () => number;

  /**
   * @param root the swarm's root
   * @param now the clock, milliseconds since 1970
   */
  constructor(root: string, now: () => number = Date.now) {
    super(root, KIND, now);
    this.#now = now;
  }

  /**
   * None before the first reading, and once the file has been gone or unusable for 5 s: old marks would count messages
   * that were read. The tool writes the file in place, so it is empty or cut for a moment.
   */
  get marks(): ReadMarks {
    const { state, since } = this.status;
    const isGood = state === 'ok' || state === 'degraded' || Math.abs(this.#now() - since) < KEPT_MS;
    return (isGood ? this.content : null) ?? NO_MARKS;
  }
}

const NO_MARKS: ReadMarks = new Map();

const KIND: SmallFileKind<ReadMarks> = {
  name: READ_MARKS_FILE,
  parse: parseReadMarks,
  missing: `There is no ${READ_MARKS_FILE}: no agent of this folder has read its messages with the tool.`,
  ending: {
    known: 'which messages are unread is not known',
    unknown: 'which messages are unread is not known',
  },
};
