/** Appends to the message log as its writer does, without blocking the event loop while another process has its lock. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LOG_NAME, OLD_LOG_NAME } from './message-log';
import { LogLockedError, LogWriter } from './writer';

const LOCK_TIMEOUT_MS = 2000;
const LOCK_INTERVAL_MS = 25;

/**
 * Appends one line, within 2 s as the swarm's tool.
 *
 * @throws {LogLockedError} if another process keeps the lock, and for every fault of the disk
 */
export async function appendToLog(root: string, line: object, timeoutMs = LOCK_TIMEOUT_MS): Promise<void> {
  const writer = new LogWriter(root, { lockTimeoutMs: 0 });
  const deadline = performance.now() + timeoutMs;
  try {
    for (;;) {
      try {
        writer.append(line);
        return;
      } catch (error) {
        if (!(error instanceof LogLockedError) || performance.now() >= deadline) throw error;
      }
      await delay(LOCK_INTERVAL_MS);
    }
  } finally {
    writer.close();
  }
}

/** @returns whether the log, or the one before its last rotation, contains an id of a message */
export async function logContains(root: string, msgId: string): Promise<boolean> {
  for (const name of [LOG_NAME, OLD_LOG_NAME]) {
    if (await fileContains(join(root, name), msgId)) return true;
  }
  return false;
}

async function fileContains(path: string, text: string): Promise<boolean> {
  try {
    let end = '';
    for await (const chunk of createReadStream(path, 'latin1')) {
      const read = end + String(chunk);
      if (read.includes(text)) return true;
      end = read.slice(1 - text.length);
    }
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
