/**
 * Changes `TASKS.json` as the swarm's tool does: under a lock (flock) on the file itself, whose content is then replaced
 * by a rename (swarm-files.md §2, §7). Unlike the tool, which reads and writes under two separate locks, everything from
 * reading to replacing happens under one.
 *
 * So nothing that another program has written is lost here. What is written here may still be undone by the tool: by a
 * program that had read the file before and writes it afterwards. That is looked for a moment later, and then the change
 * is made again.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { tryFlock } from '../../platform/flock';
import { describeFileError, fileKind, readIfChanged } from '../../platform/read-file';
import { TASKS_FILE } from './tasks';
import { readTasksText, type TasksText } from './tasks-text';
import { temporaryName } from './written-form';

/** Reading and writing take about 20 ms for a megabyte, in one go; 5,000 usual tasks fit. */
const MAX_BYTES = 4 * 1024 * 1024;
const LOCK_TIMEOUT_MS = 5000;
const MAX_PAUSE_MS = 25;
/** From reading to writing, the swarm's tool takes a few milliseconds. */
const UNDONE_WITHIN_MS = 150;
const MAX_TIMES = 6;

/** What is to be changed. Both functions may be called several times, and must answer the same for the same file. */
export interface TasksChange<Result> {
  /**
   * @returns the new text, null to leave the file as it is
   * @throws to leave the file as it is
   */
  apply(tasks: TasksText): { next: string | null; result: Result };
  /** Whether the file is as if the change had never been made. */
  isUndone(tasks: TasksText): boolean;
}

/** The file can't be changed; the message is a sentence that says why and what to do. */
export class TasksUnwritable extends Error {
  override readonly name = 'TasksUnwritable';
}

/** Other programs kept the file locked, or overwrote it all the time; the message is a sentence. */
export class TasksContended extends Error {
  override readonly name = 'TasksContended';
}

interface Options {
  lockTimeoutMs?: number;
  undoneWithinMs?: number;
  /** Called after each write. */
  onWritten?: () => Promise<void>;
}

/**
 * Changes the file, and creates it if there is none.
 *
 * @param root of the swarm, absolute
 * @throws {TasksUnwritable} if the file can't be read or replaced, or is not as the tool writes it
 * @throws {TasksContended} if it is locked for 5 s, or if each of six attempts was undone
 */
export async function changeTasks<Result>(
  root: string,
  change: TasksChange<Result>,
  { lockTimeoutMs = LOCK_TIMEOUT_MS, undoneWithinMs = UNDONE_WITHIN_MS, onWritten }: Options = {},
): Promise<Result> {
  const path = join(root, TASKS_FILE);
  for (let times = 1; ; times++) {
    const { isWritten, result } = await changeOnce(path, change, lockTimeoutMs);
    if (!isWritten) return result;
    await onWritten?.();
    await delay(undoneWithinMs);
    const tasks = readAfterwards(path);
    if (tasks === null || !change.isUndone(tasks)) return result;
    if (times === MAX_TIMES) {
      throw new TasksContended(
        `Other programs overwrote ${path} each of the ${MAX_TIMES} times that the change was made; try again later.`,
      );
    }
  }
}

/** @returns null for a file that is gone or can't be read now: nothing is known but that the change was made */
function readAfterwards(path: string): TasksText | null {
  try {
    const now = readBounded(path);
    const tasks = now && readTasksText(now);
    return tasks === null || 'error' in tasks ? null : tasks;
  } catch (error) {
    if (error instanceof TasksUnwritable) return null;
    throw error;
  }
}

/**
 * Makes a change at once, without a look whether it was undone.
 *
 * @returns null if another program has the lock at this moment: nothing was changed
 * @throws {TasksUnwritable} as `changeTasks`
 */
export function tryChangeTasks<Result>(
  root: string,
  change: Pick<TasksChange<Result>, 'apply'>,
): { isWritten: boolean; result: Result } | null {
  const path = join(root, TASKS_FILE);
  const writer = new Preparation(path, change);
  try {
    return replaceUnderLock(path, writer);
  } catch (error) {
    throw asUnwritable(error, path);
  } finally {
    writer.end();
  }
}

interface Prepared<Result> {
  bytes: Buffer;
  result: Result;
  /** The file with the new content; null if nothing is to be written. */
  temporary: string | null;
}

async function changeOnce<Result>(
  path: string,
  change: TasksChange<Result>,
  lockTimeoutMs: number,
): Promise<{ isWritten: boolean; result: Result }> {
  const writer = new Preparation(path, change);
  const deadline = performance.now() + lockTimeoutMs;
  try {
    // Before the lock, so that it is held only for a moment: the tool takes a failed wait for an empty file.
    const prepared = writer.prepare(readBounded(path) ?? Buffer.alloc(0), null);
    if (prepared.temporary === null) return { isWritten: false, result: prepared.result };
    for (;;) {
      const done = replaceUnderLock(path, writer);
      if (done !== null) return done;
      if (performance.now() >= deadline) {
        throw new TasksContended(`${path} is locked by another program for ${lockTimeoutMs / 1000} s; try again.`);
      }
      await delay(1 + Math.random() * MAX_PAUSE_MS);
    }
  } catch (error) {
    throw asUnwritable(error, path);
  } finally {
    writer.end();
  }
}

/** @returns null if another program has the lock, or has replaced the file at this moment */
function replaceUnderLock<Result>(
  path: string,
  writer: Preparation<Result>,
): { isWritten: boolean; result: Result } | null {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const descriptor = openSync(path, flags, 0o600);
  try {
    const opened = fstatSync(descriptor, { bigint: true });
    if (!opened.isFile()) throw new TasksUnwritable(`${path} was left as it is: it is ${fileKind(opened)}.`);
    if (opened.size > MAX_BYTES) throw tooLarge(path);
    if (!tryFlock(descriptor, path)) return null;
    const now = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (now?.ino !== opened.ino || now.dev !== opened.dev) return null;
    const { temporary, result } = writer.prepare(readFileSync(descriptor), Number(opened.mode & 0o777n));
    if (temporary !== null) renameSync(temporary, path);
    return { isWritten: temporary !== null, result };
  } finally {
    // Releases the lock as well.
    closeSync(descriptor);
  }
}

/** The new content in a file of its own, made again only if the file has other bytes by then. */
class Preparation<Result> {
  readonly #path: string;
  readonly #change: Pick<TasksChange<Result>, 'apply'>;
  readonly #temporary: string;
  #prepared: Prepared<Result> | null = null;

  constructor(path: string, change: Pick<TasksChange<Result>, 'apply'>) {
    this.#path = path;
    this.#change = change;
    this.#temporary = join(path, '..', temporaryName());
  }

  /** @param mode the permissions of the file; null if it is not known yet */
  prepare(bytes: Buffer, mode: number | null): Prepared<Result> {
    if (this.#prepared?.bytes.equals(bytes)) return this.#prepared;
    const tasks = readTasksText(bytes);
    if ('error' in tasks) {
      const what = `${this.#path} was left as it is: ${tasks.error}.`;
      throw new TasksUnwritable(`${what} Repair it, or remove it while no agent runs.`);
    }
    const { next, result } = this.#change.apply(tasks);
    if (next !== null && Buffer.byteLength(next) > MAX_BYTES) throw tooLarge(this.#path);
    if (next !== null) writeFileSync(this.#temporary, next, { mode: mode ?? modeOf(this.#path) });
    this.#prepared = { bytes, result, temporary: next === null ? null : this.#temporary };
    return this.#prepared;
  }

  end(): void {
    rmSync(this.#temporary, { force: true });
  }
}

function modeOf(path: string): number {
  return (lstatSync(path, { throwIfNoEntry: false })?.mode ?? 0o600) & 0o777;
}

function tooLarge(path: string): TasksUnwritable {
  return new TasksUnwritable(
    `${path} was left as it is: it has more than ${MAX_BYTES / 1024 ** 2} MB. Remove finished tasks from it.`,
  );
}

/** @returns null if there is no such file */
function readBounded(path: string): Buffer | null {
  const reading = readIfChanged(path, { limitBytes: MAX_BYTES, known: null, followLinks: false, now: Date.now() });
  if (reading.kind === 'read') return reading.bytes;
  if (reading.kind === 'missing') return null;
  if (reading.kind === 'irregular') throw new TasksUnwritable(`${path} was left as it is: it is ${reading.what}.`);
  if (reading.kind === 'unreadable' && reading.code === 'TOO_LARGE') throw tooLarge(path);
  const reason = reading.kind === 'unreadable' ? reading.reason : 'it was not read';
  throw new TasksUnwritable(`${path} was left as it is: it can't be read: ${reason}.`);
}

function asUnwritable(error: unknown, path: string): unknown {
  // Only a call of the system that failed: a change may refuse with errors of its own.
  if (!(error instanceof Error && 'syscall' in error)) return error;
  return new TasksUnwritable(
    `${path} could not be changed: ${describeFileError(error)}. Check its permissions and the disk.`,
  );
}
