/**
 * Writes the swarm's files as its own tool does (swarm-files.md §2, §4, §5, §11), so that agents and this product
 * can write at the same time. Everything is synchronous: a writer has an operating system lock, and keeping it
 * across other work of the event loop would make agents drop lines after two seconds.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { patternsOverlap } from '../../contract/fnmatch';
import { normalizeLockPath } from '../../contract/lock-path';
import { releaseFlock, tryFlock } from '../../platform/flock';
import { lockFileName } from './lock-entry';
import { LOCKS_FOLDER } from './locks';
import { LOG_NAME, OLD_LOG_NAME } from './message-log';
import { lockText, pythonJson, temporaryName } from './written-form';

const ROTATE_AT_BYTES = 10_485_760;
const LOG_LOCK_TIMEOUT_MS = 2000;
const STALE_LOCK_SECONDS = 300;

const LINE_FEED = 0x0a;

/** Another process kept the lock on the log for longer than a writer waits. */
export class LogLockedError extends Error {
  override readonly name = 'LogLockedError';
  constructor(file: string) {
    super(`${file} stayed locked by another process: end the process that has locked it, then try again.`);
  }
}

/** Appends lines to the message log of one root under its flock(2), rotating it as the swarm's tool does. */
export class LogWriter {
  readonly #log: string;
  readonly #rotated: string;
  readonly #rotateAtBytes: number;
  readonly #lockTimeoutMs: number;
  #descriptor: number | null = null;
  #rotations = 0;

  /**
   * @param root the project root, an existing folder
   * @param options.rotateAtBytes a log larger than this is rotated before the next line; 10,485,760 in the swarm's tool
   * @param options.lockTimeoutMs how long to wait for the lock; 2,000 ms in the swarm's tool
   */
  constructor(root: string, options: { rotateAtBytes?: number; lockTimeoutMs?: number } = {}) {
    this.#log = path.join(root, LOG_NAME);
    this.#rotated = path.join(root, OLD_LOG_NAME);
    this.#rotateAtBytes = options.rotateAtBytes ?? ROTATE_AT_BYTES;
    this.#lockTimeoutMs = options.lockTimeoutMs ?? LOG_LOCK_TIMEOUT_MS;
  }

  /** How often this writer has rotated the log. */
  get rotations(): number {
    return this.#rotations;
  }

  /** Appends one line. Throws if the lock is not available in time or the disk fails. */
  append(line: object): void {
    this.appendAll([line]);
  }

  /**
   * Appends many lines under one lock: one write, or one for each stretch between two rotations. The limit is
   * checked before every line, as it would be if each line came alone.
   */
  appendAll(lines: readonly object[]): void {
    const encoded = lines.map((line) => Buffer.from(`${pythonJson(line)}\n`));
    let next = 0;
    while (next < encoded.length) {
      this.exclusively((descriptor, size) => {
        if (size > this.#rotateAtBytes) {
          this.#rotate();
          return;
        }
        const batch: Buffer[] = endsInsideLine(descriptor, size) ? [Buffer.from('\n')] : [];
        let grown = size + batch.length;
        while (next < encoded.length && grown <= this.#rotateAtBytes) {
          const line = encoded[next] as Buffer;
          batch.push(line);
          grown += line.length;
          next += 1;
        }
        writeWhole(descriptor, Buffer.concat(batch), size);
      });
    }
  }

  /**
   * Runs an action under the exclusive lock on the log, which is created if it is missing.
   *
   * @param action takes the log's descriptor, open for reading and appending, and its size in bytes
   */
  exclusively(action: (descriptor: number, size: number) => void): void {
    const deadline = performance.now() + this.#lockTimeoutMs;
    for (;;) {
      const descriptor = this.#open();
      waitForLock(descriptor, deadline, this.#log);
      try {
        const locked = fstatSync(descriptor);
        const named = statSync(this.#log, { throwIfNoEntry: false });
        if (named?.ino === locked.ino && named.dev === locked.dev) {
          action(descriptor, locked.size);
          return;
        }
      } finally {
        releaseFlock(descriptor);
      }
      // Another writer rotated while this one waited: the lock is on the old file, so lock the new file.
      this.close();
    }
  }

  /** Closes the log; a later append opens it again. */
  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #open(): number {
    this.#descriptor ??= openSync(this.#log, 'a+', 0o600);
    return this.#descriptor;
  }

  #rotate(): void {
    if (existsSync(this.#rotated)) unlinkSync(this.#rotated);
    renameSync(this.#log, this.#rotated);
    closeSync(openSync(this.#log, 'a'));
    this.#rotations += 1;
  }
}

/** Whether a log of that size, open for reading, ends in the middle of a line. */
export function endsInsideLine(descriptor: number, size: number): boolean {
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(descriptor, last, 0, 1, size - 1);
  return last[0] !== LINE_FEED;
}

/** @param size of the file before: where the disk gets full, no half of a line stays behind */
function writeWhole(descriptor: number, bytes: Buffer, size: number): void {
  let written = 0;
  try {
    // Usually one call; a nearly full disk may take only a part, and the lock is kept for the rest.
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
  } catch (error) {
    if (written > 0) ftruncateSync(descriptor, size);
    throw error;
  }
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

function waitForLock(descriptor: number, deadline: number, file: string): void {
  for (let pause = 1; ; pause = Math.min(pause * 2, 16)) {
    if (tryFlock(descriptor, file)) return;
    if (performance.now() >= deadline) throw new LogLockedError(file);
    Atomics.wait(sleeper, 0, 0, pause);
  }
}

export interface LockRequest {
  agentId: string;
  /** As the agent spells it; relative and absolute spellings are different locks. */
  filepath: string;
  reason: string;
  /** Milliseconds since 1970. */
  now: number;
  /** Another holder's lock older than this is removed; 300 s in the swarm's tool. */
  staleSeconds?: number;
}

interface HeldLock {
  agent_id: string;
  filepath: string;
  locked_at: number;
}

/**
 * Acquires or refreshes a lock by the steps of the swarm's tool (swarm-files.md §5), without its retries. Like the
 * tool it deletes every stale lock that it finds on the way.
 *
 * @returns false if another agent holds it or a pattern that overlaps it
 */
export function acquireLock(root: string, request: LockRequest): boolean {
  const folder = path.join(root, LOCKS_FOLDER);
  mkdirSync(folder, { recursive: true });
  const filepath = normalizeLockPath(request.filepath);
  const file = path.join(folder, lockFileName(filepath));
  const staleBefore = request.now / 1000 - (request.staleSeconds ?? STALE_LOCK_SECONDS);

  const held = readLock(file);
  if (held === 'unreadable') unlinkSync(file);
  else if (held?.agent_id === request.agentId) return refresh(file, { ...request, filepath });
  else if (held && held.locked_at >= staleBefore) return false;

  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.lock')) continue;
    const other = readLock(path.join(folder, name));
    if (other === null || other === 'unreadable') continue;
    if (other.locked_at < staleBefore) unlinkIfThere(path.join(folder, name));
    else if (other.agent_id !== request.agentId && patternsOverlap(filepath, other.filepath)) return false;
  }
  return createLock(root, { ...request, filepath });
}

/**
 * Creates the file of a lock, whole from its first moment: a temporary file is linked to the final name. Reads no
 * other lock, so its cost does not grow with their number.
 *
 * @returns false if a lock of that path is there already
 */
export function createLock(root: string, request: Omit<LockRequest, 'staleSeconds'>): boolean {
  const folder = path.join(root, LOCKS_FOLDER);
  const filepath = normalizeLockPath(request.filepath);
  const temporary = path.join(folder, temporaryName());
  writeFileSync(temporary, lockText({ ...request, filepath }), { flag: 'wx', mode: 0o600 });
  try {
    linkSync(temporary, path.join(folder, lockFileName(filepath)));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkIfThere(temporary);
  }
}

/**
 * Releases a lock.
 *
 * @returns false only if another agent holds it; a lock that is missing or unreadable counts as released and is left
 */
export function releaseLock(root: string, agentId: string, filepath: string): boolean {
  const file = path.join(root, LOCKS_FOLDER, lockFileName(normalizeLockPath(filepath)));
  const held = readLock(file);
  if (held === null || held === 'unreadable') return true;
  if (held.agent_id !== agentId) return false;
  unlinkIfThere(file);
  return true;
}

function refresh(file: string, request: LockRequest): boolean {
  writeFileSync(`${file}.tmp`, lockText(request), { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
  return true;
}

function readLock(file: string): HeldLock | 'unreadable' | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const { agent_id, filepath, locked_at } = JSON.parse(text) as Record<string, unknown>;
    const sound = typeof agent_id === 'string' && typeof filepath === 'string' && typeof locked_at === 'number';
    return sound ? { agent_id, filepath, locked_at } : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

function unlinkIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
