/** A worker's side of the conversation with the main thread. */
import type { MessagePort } from 'node:worker_threads';
import { HistoryFault, historyFault } from '../history/database';
import type { DispositionChange } from '../history/dispositions';
import { blocksOf, type EncodedMessage } from '../history/encoded-messages';
import type { History } from '../history/history';
import { safeError } from '../platform/safe-error';
import { QueryRefused } from '../queries/questions';
import type { Recorder } from '../recorder/recorder';
import { answerQuestion } from './answers';
import type { FromThread, ToThread } from './protocol';

/** @throws if this runs in no worker */
export function postTo(port: MessagePort | null): (message: FromThread) => void {
  if (!port) throw new Error('This module is the entry of a worker thread.');
  const post = (message: FromThread) => {
    if (message.type !== 'answer' || typeof message.answer !== 'string')
      return port.postMessage(message, blocksOf(messagesIn(message)));
    // A large text would be copied twice on its way, and encoded by the thread that serves everybody.
    const answer = new TextEncoder().encode(message.answer);
    port.postMessage({ ...message, answer }, [answer.buffer]);
  };
  // Errors of native modules lose their message on the way to the main thread.
  process.on('uncaughtException', (error) => {
    post({ type: 'failed', detail: error.message, error: safeError(error) });
    process.exit(1);
  });
  return post;
}

/** The messages that are told, which are handed over with their bytes. */
function messagesIn(message: FromThread): EncodedMessage[] {
  if (message.type === 'bundle') return message.opened.newest;
  if (message.type === 'answer' && message.name === 'after') return message.answer as EncodedMessage[];
  if (message.type !== 'events') return [];
  return message.events.flatMap((event) => {
    if (event.type === 'opened') return event.newest;
    return event.type === 'committed' ? event.messages : [];
  });
}

type Question = Extract<ToThread, { type: 'ask' }>;

/** @returns the answer to a question, or why there is none: a fault in one must not end the thread with all others */
export function answerTo(question: Question, history: History): FromThread {
  try {
    return answerOrThrow(question, history);
  } catch (error) {
    return { type: 'fault', id: question.id, error: safeError(error) };
  }
}

/**
 * @returns the answer to a question, or why there is none
 * @throws where this program is at fault, or what is kept is not what it should be
 */
export function answerOrThrow({ id, name, query }: Question, history: History): FromThread {
  return answerFrom({ id, name }, history.file, () => {
    // A reader learns only here that another thread has made the history anew; the one that records looks by itself.
    if (history.db.readonly) history.changedElsewhere();
    return answerQuestion(history, name, query);
  });
}

/** @returns the outcome of a decision about an attention item, or why it could not be kept */
export function decisionAnswer(id: number, recorder: Pick<Recorder, 'history' | 'dispose'>, change: DispositionChange) {
  try {
    return answerFrom({ id, name: 'dispose' }, recorder.history.file, () => recorder.dispose(change));
  } catch (error) {
    return { type: 'fault', id, error: safeError(error) } satisfies FromThread;
  }
}

type Asked = Pick<Extract<FromThread, { type: 'answer' }>, 'id' | 'name'>;

/** @throws where this program is at fault */
function answerFrom({ id, name }: Asked, file: string, answer: () => unknown): FromThread {
  try {
    return { type: 'answer', id, name, answer: answer() };
  } catch (error) {
    const fault = historyFault(error, file);
    if (fault instanceof QueryRefused) return { type: 'refusal', id, code: fault.code, detail: fault.message };
    if (!(fault instanceof HistoryFault)) throw error;
    const damaged = fault.kind === 'corrupt';
    return { type: 'refusal', id, code: 'unavailable', detail: fault.message, damaged };
  }
}
