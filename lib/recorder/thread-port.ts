/** A worker's side of the conversation with the main thread. */
import type { MessagePort } from 'node:worker_threads';
import { HistoryFault, historyFault } from '../history/database';
import type { History } from '../history/history';
import { type FromThread, Refusal, type ToThread } from './protocol';
import { answerQuestion } from './questions';

/** @throws if this runs in no worker */
export function postTo(port: MessagePort | null): (message: FromThread) => void {
  if (!port) throw new Error('This module is the entry of a worker thread.');
  const post = (message: FromThread) => port.postMessage(message);
  // Errors of native modules lose their message on the way to the main thread.
  process.on('uncaughtException', (error) => {
    post({ type: 'failed', detail: error.stack ?? error.message });
    process.exit(1);
  });
  return post;
}

/** @returns the answer to a question, or why there is none. */
export function answerTo(question: Extract<ToThread, { type: 'ask' }>, history: History): FromThread {
  const { id, name, query } = question;
  try {
    return { type: 'answer', id, answer: answerQuestion(history, name, query) };
  } catch (error) {
    const fault = historyFault(error, history.file);
    if (fault instanceof Refusal) return { type: 'refusal', id, code: fault.code, detail: fault.message };
    if (!(fault instanceof HistoryFault)) throw error;
    const damaged = fault.kind === 'corrupt';
    return { type: 'refusal', id, code: 'unavailable', detail: fault.message, damaged };
  }
}
