/**
 * Reads the swarm's message log through appends, rotations, truncation and replacement by hand, and across its own
 * restarts. It gives lines together with the checkpoint that stands after them; whoever keeps the lines keeps the
 * checkpoint in the same transaction, so nothing is lost and nothing read twice.
 *
 * A file is not its inode. A *generation* is recognised by hashes of its first line and of the bytes before its offset,
 * wherever and under whatever inode it turns up. A file that neither rotation nor recognition explains (a log trimmed
 * by hand, restored, copied) gives, line by line, only what is not recorded yet, counting copies of the same bytes.
 *
 * All calls are synchronous: this runs in a thread of its own.
 */
import { hash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { isText, isWhole, listOf, orNull, recordOf, shape } from '../../platform/json-shape';
import { type Generation, type Identity, isGeneration, type LineSink, LogFile, type TailState } from './log-file';
import type { LogLine } from './log-line';
import { isLogLoss, type LogLoss, logLoss, MAX_LOSSES } from './log-loss';

export const LOG_NAME = 'agent_messages.log';
export const OLD_LOG_NAME = 'agent_messages.log.old';

/** What one call reads at most: small enough to commit and let others in, large enough to be quick. */
const BATCH_BYTES = 512 * 1024;
const MAX_GENERATIONS = 8;
/** A broken line that is older may be counted again where a copy of the log repeats it. */
const MAX_BROKEN = 200;
const BROKEN_LENGTH = 12;

/** Where reading goes on. */
export interface LogCheckpoint {
  version: 1;
  /** The generation that was the log when last seen. */
  current: number | null;
  generations: Generation[];
  /** How often messages may have been destroyed before they could be read. */
  gaps: number;
  skipped: Record<string, { count: number; last: string }>;
  /** Short hashes of the newest lines that were counted as skipped; a checkpoint of an earlier version has none. */
  broken?: string[];
  /** The newest times of which messages may have been destroyed unread; a checkpoint of an earlier version has none. */
  losses?: LogLoss[];
}

export const isLogCheckpoint = shape<LogCheckpoint>({
  version: (value) => value === 1,
  current: orNull(isWhole),
  generations: listOf(isGeneration),
  gaps: isWhole,
  skipped: recordOf(shape<{ count: number; last: string }>({ count: isWhole, last: isText })),
  broken: (value) => value === undefined || listOf(isText)(value),
  losses: (value) => value === undefined || listOf(isLogLoss)(value),
});
/** What was lost or could not be read as a message. */
export type LogLosses = Pick<LogCheckpoint, 'gaps' | 'skipped' | 'losses'>;

export interface LogBatch {
  lines: LogLine[];
  /** Stands after `lines`. */
  checkpoint: LogCheckpoint;
  /** There is more to read now. */
  more: boolean;
}

export interface LogStatus {
  /** A sentence if the log is there but can't be read. */
  unreadable: string | null;
  missing: boolean;
  unterminatedTail: TailState;
  /** Bytes of the files: consumed, and in all. */
  readBytes: number;
  totalBytes: number;
  /** When an unfinished but complete last line may count as a line (milliseconds since 1970). */
  settlesAt: number | null;
}

export interface MessageLogOptions {
  root: string;
  /** Where to go on; null for a history that knows nothing. */
  checkpoint: LogCheckpoint | null;
  /** How many copies of this very line are recorded already. */
  recorded: (line: LogLine) => number;
  /** When the log was last read before the checkpoint was given, milliseconds since 1970; null if unknown. */
  readAt?: number | null;
  now?: () => number;
}

export class MessageLog implements LineSink {
  readonly #logPath: string;
  readonly #oldPath: string;
  readonly #recorded: (line: LogLine) => number;
  readonly #now: () => number;
  readonly #generations = new Map<number, Generation>();
  #current: number | null;
  #gaps: number;
  #losses: readonly LogLoss[];
  /** When everything that there was had been read last. */
  #readAt: number | null;
  /** Made anew by each change: whoever was given it keeps what it was. */
  #skipped: LogCheckpoint['skipped'];
  /** Made anew by each change, too. */
  #broken: readonly string[];
  #log: LogFile | null = null;
  #old: LogFile | null = null;
  /** No longer the log nor `.old`, but still open: read to the end before anything newer. */
  #leaving: LogFile[] = [];
  /** A `.old` that somebody put beside a log that is still followed: it does not come before the log. */
  #copyBeside: LogFile | null = null;
  /** What may have been destroyed unread, unless a compared line is found recorded. */
  #doubt: LogLoss | null = null;
  /** The beginning of a line that was cut off a file while it was written, unless the new content has the whole line. */
  #cut: { file: LogFile; text: string } | null = null;
  /** A checkpoint was given, and its files were not looked for yet. */
  #restored: boolean;
  #unreadable: string | null = null;
  #batch = new PendingLines();

  constructor(options: MessageLogOptions) {
    this.#logPath = join(options.root, LOG_NAME);
    this.#oldPath = join(options.root, OLD_LOG_NAME);
    this.#recorded = options.recorded;
    this.#now = options.now ?? Date.now;
    const { checkpoint } = options;
    this.#current = checkpoint?.current ?? null;
    this.#gaps = checkpoint?.gaps ?? 0;
    this.#losses = checkpoint?.losses ?? [];
    this.#readAt = options.readAt ?? null;
    this.#skipped = { ...checkpoint?.skipped };
    this.#broken = checkpoint?.broken ?? [];
    this.#restored = checkpoint !== null && checkpoint.generations.length > 0;
    for (const known of checkpoint?.generations ?? []) {
      // An interrupted comparison starts again from the file's start: what it had added is recorded by now.
      const again = known.comparing ? { offset: 0, lines: 0, headBytes: 0 } : {};
      this.#generations.set(known.id, { ...known, ...again });
    }
  }

  /**
   * Reads on, at most half a megabyte.
   *
   * @returns complete lines in the order of the files, and the checkpoint after them
   */
  read(): LogBatch {
    this.#batch = new PendingLines();
    const budget = { bytes: BATCH_BYTES };
    let more = false;
    for (const file of this.#survey()) {
      // Nobody appends to a rotated or removed log any more.
      const finished = file !== this.#log;
      more = !file.read(this, budget, finished, this.#now());
      if (more) break;
      this.#judgeCut(file);
      if (finished) file.generation.drained = true;
      if (this.#leaving.includes(file)) this.#leave(file);
    }
    if (!more && this.#unreadable === null) this.#readAt = this.#now();
    return { lines: this.#batch.lines, checkpoint: this.checkpoint(), more };
  }

  /** @returns the place after everything that `read` has given. */
  checkpoint(): LogCheckpoint {
    for (const { generation, size } of this.#files()) {
      if (size > generation.offset) generation.unread = size - generation.offset;
      else delete generation.unread;
    }
    return {
      version: 1,
      current: this.#current,
      generations: [...this.#generations.values()].map((known) => ({ ...known })),
      ...this.losses(),
      ...(this.#broken.length > 0 ? { broken: [...this.#broken] } : {}),
    };
  }

  /** Whether a log has been there, in this process or one whose checkpoint was given. */
  get wasThere(): boolean {
    return this.#generations.size > 0;
  }

  losses(): LogLosses {
    const losses = this.#losses.length > 0 ? { losses: [...this.#losses] } : {};
    return { gaps: this.#gaps, skipped: this.#skipped, ...losses };
  }

  status(): LogStatus {
    const files = this.#files();
    const settling = files.map((file) => file.settlesAt).filter((at) => at !== null);
    return {
      unreadable: this.#unreadable,
      missing: this.#log === null && this.#unreadable === null,
      unterminatedTail: this.#log?.tailState ?? null,
      readBytes: files.reduce((sum, file) => sum + file.generation.offset, 0),
      totalBytes: files.reduce((sum, file) => sum + Math.max(file.size, file.generation.offset), 0),
      settlesAt: settling.length > 0 ? Math.min(...settling) : null,
    };
  }

  close(): void {
    for (const file of this.#files()) file.close();
    this.#leaving = [];
    this.#old = null;
    this.#log = null;
  }

  /** A line of a file that is being read: given on, unless a comparison finds it recorded. */
  line(file: LogFile, line: LogLine): void {
    const known = file.generation;
    if (this.#cut?.file === file && line.text.startsWith(this.#cut.text)) this.#cut = null;
    if (known.comparing) {
      // Hashes, since a whole log may be compared and its text would be held in memory.
      const digest = hash('sha1', line.text, 'base64');
      const copies = (file.copies.get(digest) ?? 0) + 1;
      file.copies.set(digest, copies);
      const isRecorded = copies <= this.#recorded(line) + this.#batch.copies(line);
      if (!isRecorded && this.#doubt) this.#lose(this.#doubt);
      this.#doubt = null;
      if (isRecorded) return;
      // Past its size at first sight, the first new line shows that the file is appended to and not copied any more.
      if (known.offset >= known.compareUntil) {
        known.comparing = false;
        file.copies = new Map();
      }
    }
    this.#batch.add(line);
  }

  /** A broken line is counted, unless a comparison finds that this very line was counted before. */
  skip(file: LogFile, reason: string, digest: string): void {
    const known = file.generation;
    const short = digest.slice(0, BROKEN_LENGTH);
    if (known.comparing) {
      const key = `broken ${short}`;
      const copies = (file.copies.get(key) ?? 0) + 1;
      file.copies.set(key, copies);
      if (copies <= this.#broken.filter((counted) => counted === short).length) return;
    }
    this.#broken = [...this.#broken, short].slice(-MAX_BROKEN);
    this.#count(reason, `line ${known.lines} of ${file.path}`);
  }

  /** Finds out which files there are now. Returns them in the order in which they must be read. */
  #survey(): LogFile[] {
    // A rotation may fall between two system calls; what was opened counts only if both paths still lead there.
    for (let attempt = 0; attempt < 5 && !this.#openPaths(); attempt++);
    const strange = this.#identify();
    this.#judgeContinuity(strange);
    for (const file of this.#files()) if (!file.intact()) this.#startOver(file);
    if (this.#log) this.#current = this.#log.generation.id;
    this.#forgetOldGenerations();
    const present = this.#old === this.#copyBeside ? [this.#log, this.#old] : [this.#old, this.#log];
    return [...this.#leaving, ...present].filter((file) => file !== null);
  }

  /** Opens what stands at the two paths, sets aside what no longer does. False if the files moved meanwhile. */
  #openPaths(): boolean {
    this.#unreadable = null;
    const logAt = this.#identityAt(this.#logPath);
    let oldAt = this.#identityAt(this.#oldPath);
    // Had the log moved before the second call, it would stand at the second path by now.
    if (same(logAt, this.#log) && same(oldAt, this.#old) && this.#unreadable === null) return true;
    if (same(logAt, oldAt)) {
      if (!same(this.#identityAt(this.#logPath), oldAt)) return false;
      oldAt = null; // one file under both names: it is the log
    }
    this.#old = this.#keepOrSetAside(this.#old, oldAt);
    this.#log = this.#keepOrSetAside(this.#log, logAt);
    if (oldAt) this.#old ??= this.#takeBack(oldAt) ?? this.#open(this.#oldPath);
    if (logAt) this.#log ??= this.#takeBack(logAt) ?? this.#open(this.#logPath);
    if (this.#unreadable !== null) return true;
    const oldNow = this.#identityAt(this.#oldPath);
    return same(this.#identityAt(this.#logPath), this.#log) && same(same(oldNow, this.#log) ? null : oldNow, this.#old);
  }

  #keepOrSetAside(file: LogFile | null, at: Identity | null): LogFile | null {
    if (!file || same(file, at)) return file;
    file.refreshAgain();
    if (file.identified) this.#leaving.push(file);
    else file.close();
    return null;
  }

  #takeBack(at: Identity): LogFile | null {
    const index = this.#leaving.findIndex((file) => same(file, at));
    return index < 0 ? null : (this.#leaving.splice(index, 1)[0] ?? null);
  }

  #open(path: string): LogFile | null {
    const file = LogFile.open(path);
    if (file instanceof LogFile) return file;
    if (file) this.#unreadable = file.unreadable;
    return null;
  }

  /** Says of newly opened files which generation they are. Returns those that nothing explains. */
  #identify(): LogFile[] {
    const known = this.#generations.size > 0;
    const old = this.#old && !this.#old.identified ? this.#old : null;
    const log = this.#log && !this.#log.identified ? this.#log : null;
    const current = this.#generations.get(this.#current ?? -1);
    // Where both files look like the one that was followed, one is a copy; the inode tells which, else the log is it.
    const logIsCurrent = log && current && this.#recognises(log, current);
    const oldIsCurrent = old && current && this.#recognises(old, current);
    const oldIsItsFile = old?.isFileOf(current) ?? this.#old?.generation === current;
    const rotated = oldIsCurrent && (!logIsCurrent || (oldIsItsFile && !log.isFileOf(current)));
    if (log && logIsCurrent && !rotated) log.follow(current);
    if (old && !this.#followKnown(old)) {
      this.#followNew(old, !known);
      if (known && current && this.#log?.identified && this.#log.generation === current) {
        // After a stop, which of two that look alike came first is as unknown as at a first start: the log may have been cut
        // since it was copied, and may repeat what the copy holds.
        if (log && (oldIsCurrent || current.offset === 0)) current.comparing = true;
        else this.#copyBeside = old;
      }
    }
    if (log && !log.identified) {
      const before = this.#old;
      const rotatedAway = current !== undefined && before?.generation === current;
      if (known ? rotatedAway && oldIsItsFile : !before) this.#followNew(log, true);
      // A first start, or a stop over which `.old` was copied: most likely rotation, but the log may repeat `.old`.
      else if (rotatedAway || !known) this.#followNew(log, false, 0);
      else this.#followKnown(log) ?? this.#followNew(log, false);
    }
    return [old, log].filter((file) => file?.generation.comparing).filter((file) => file !== null);
  }

  #recognises(file: LogFile, known: Generation): boolean {
    const open = this.#files().some((other) => other.identified && other.generation === known);
    if (open) return false;
    // With nothing consumed there is nothing to compare, and nothing to lose by taking the hint.
    if (known.offset === 0) return !known.drained && file.isFileOf(known);
    // A copy of one that was read to its end is compared as any strange file: it may be a copy of something longer.
    return file.holds(known) && (!known.drained || file.isFileOf(known));
  }

  #followKnown(file: LogFile): Generation | undefined {
    const found = [...this.#generations.values()].reverse().find((known) => this.#recognises(file, known));
    if (found) file.follow(found);
    return found;
  }

  #followNew(file: LogFile, explained: boolean, compareUntil = explained ? 0 : file.size): Generation {
    const fresh: Generation = {
      id: Math.max(0, ...this.#generations.keys()) + 1,
      inode: file.inode,
      headBytes: 0,
      headHash: '',
      offset: 0,
      tailHash: '',
      lines: 0,
      comparing: !explained,
      compareUntil,
      drained: false,
      unterminated: false,
    };
    this.#generations.set(fresh.id, fresh);
    file.follow(fresh);
    return fresh;
  }

  /** A followed file was truncated or rewritten in place: a new generation under the old inode. */
  #startOver(file: LogFile): void {
    const { tail } = file;
    // A line that was complete and had not settled can't grow any more.
    if (tail && 'line' in tail) this.line(file, tail.line);
    if (tail && 'text' in tail) this.#cut = { file, text: tail.text };
    file.generation.drained = true;
    this.#followNew(file, false);
  }

  /** At the end of a file: whether the line that was cut off while it was written is there again. */
  #judgeCut(file: LogFile): void {
    if (this.#cut?.file !== file) return;
    const { tail } = file;
    if (tail && 'text' in tail && tail.text.startsWith(this.#cut.text)) return;
    if (tail && 'line' in tail && tail.line.text.startsWith(this.#cut.text)) return;
    this.#cut = null;
    this.#count('unfinished last line', `cut off ${file.path}`);
  }

  /** Doubts where a file that was not read to its end is gone, or where more than one rotation passed unseen. */
  #judgeContinuity(strange: LogFile[]): void {
    const oldest = this.#old ?? this.#log;
    const loss = (unread: number) => logLoss(this.#readAt, oldest?.madeAt ?? null, unread, this.#now());
    if (!this.#restored) {
      if (strange.length === 2) this.#doubt = loss(0);
      return;
    }
    const present = new Set(this.#files().map((file) => file.generation));
    if (present.size === 0) return;
    this.#restored = false;
    const lost = [...this.#generations.values()].filter((known) => !known.drained && !present.has(known));
    for (const known of lost) known.drained = true;
    if (lost.length === 0) return;
    const unread = lost.reduce((sum, known) => sum + (known.unread ?? 0), 0);
    // A comparison will show whether lines are missing; without one, nothing can.
    if (strange.length > 0) this.#doubt = loss(unread);
    else this.#lose(loss(unread));
  }

  #lose(loss: LogLoss): void {
    this.#gaps += 1;
    this.#losses = [...this.#losses, loss].slice(-MAX_LOSSES);
  }

  #forgetOldGenerations(): void {
    const open = new Set(this.#files().map((file) => file.generation.id));
    for (const id of this.#generations.keys()) {
      if (this.#generations.size <= MAX_GENERATIONS) return;
      if (!open.has(id) && id !== this.#current) this.#generations.delete(id);
    }
  }

  #leave(file: LogFile): void {
    if (file.tailState === 'incomplete') this.#count('unfinished last line', `a rotated or removed ${file.path}`);
    file.close();
    this.#leaving = this.#leaving.filter((open) => open !== file);
  }

  #count(reason: string, last: string): void {
    const count = (this.#skipped[reason]?.count ?? 0) + 1;
    this.#skipped = { ...this.#skipped, [reason]: { count, last } };
  }

  #files(): LogFile[] {
    return [...this.#leaving, this.#old, this.#log].filter((file) => file !== null);
  }

  #identityAt(path: string): Identity | null {
    try {
      return statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      this.#unreadable = `${path} can't be reached (${code}).`;
      return null;
    }
  }
}

/** The lines of one batch, which nobody has recorded yet. */
class PendingLines {
  readonly lines: LogLine[] = [];
  #copies: Map<string, number> | null = null;

  add(line: LogLine): void {
    this.lines.push(line);
    if (this.#copies) this.#copies.set(line.text, (this.#copies.get(line.text) ?? 0) + 1);
  }

  /** Counted only once a comparison asks. */
  copies(line: LogLine): number {
    if (!this.#copies) {
      this.#copies = new Map();
      for (const { text } of this.lines) this.#copies.set(text, (this.#copies.get(text) ?? 0) + 1);
    }
    return this.#copies.get(line.text) ?? 0;
  }
}

/** Reads the whole log once, `.old` first, keeping nothing: for a check from the command line. */
export function readWholeLog(root: string): {
  messages: number;
  skipped: LogCheckpoint['skipped'];
  status: LogStatus;
} {
  const log = new MessageLog({ root, checkpoint: null, recorded: () => 0 });
  let messages = 0;
  for (let more = true; more; ) {
    const batch = log.read();
    messages += batch.lines.length;
    more = batch.more;
  }
  const result = { messages, skipped: log.checkpoint().skipped, status: log.status() };
  log.close();
  return result;
}

function same(a: Identity | null, b: Identity | null): boolean {
  return a === null || b === null ? a === b : a.dev === b.dev && a.ino === b.ino;
}
