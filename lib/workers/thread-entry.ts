/** The entry of a worker thread: its port, and what happens when it fails. */
import type { MessagePort } from 'node:worker_threads';
import { safeError } from '../platform/safe-error';
import type { FromThread } from './protocol';

/**
 * Passes an error that nothing caught to the main thread and ends this thread: errors of native modules lose their
 * message when they are passed on by Node.
 *
 * @throws if this does not run in a worker
 */
export function threadPort(port: MessagePort | null): MessagePort {
  if (!port) throw new Error('This module is the entry of a worker thread.');
  process.on('uncaughtException', (error) => {
    const message: FromThread = { type: 'failed', detail: error.message, error: safeError(error) };
    port.postMessage(message);
    process.exit(1);
  });
  return port;
}
