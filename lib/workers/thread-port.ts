/** A worker's side of the communication with the main thread. */
import type { MessagePort } from 'node:worker_threads';
import type { DispositionChange } from '../history/dispositions';
import { blocksOf, type EncodedMessage } from '../history/encoded-messages';
import type { History } from '../history/history';
import { HistoryFault, historyFault } from '../history/history-fault';
import { safeError } from '../platform/safe-error';
import { QueryRefused } from '../queries/questions';
import type { Recorder } from '../recorder/recorder';
import { answerQuestion } from './answers';
import type { FromThread, ToThread } from './protocol';
import { threadPort } from './thread-entry';

/** @throws if this does not run in a worker */
export function postTo(parent: MessagePort | null): (message: FromThread) => void {
  const port = threadPort(parent);
  return (message) => {
    if (message.type !== 'answer' || typeof message.answer !== 'string')
      return port.postMessage(message, blocksOf(messagesIn(message)));
    // A large string would be copied twice between threads, and then encoded by the main thread, which serves all
    // clients.
    const answer = new TextEncoder().encode(message.answer);
    port.postMessage({ ...message, answer }, [answer.buffer]);
  };
}

/** The encoded messages in a message to the main thread. Their bytes are transferred, not copied. */
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

/**
 * @returns the answer to a question, or why there is none: a fault in one answer must not end the thread, which would
 *   lose all others
 */
export function answerTo(question: Question, history: History): FromThread {
  try {
    return answerOrThrow(question, history);
  } catch (error) {
    return { type: 'fault', id: question.id, error: safeError(error) };
  }
}

/**
 * @returns the answer to a question, or why there is none
 * @throws if this program is at fault, or the stored data is damaged
 */
export function answerOrThrow({ id, name, query }: Question, history: History): FromThread {
  return answerFrom({ id, name }, history.file, () => {
    // Only here does a reader notice that another thread has created the history again; the recorder checks this by
    // itself.
    if (history.db.readonly) history.changedElsewhere();
    return answerQuestion(history, name, query);
  });
}

/** @returns the outcome of a decision about an attention item, or why it could not be kept */
export function decisionAnswer(id: number, recorder: Pick<Recorder, 'history' | 'dispose'>, change: DispositionChange) {
  return writtenAnswer({ id, name: 'dispose' }, recorder, () => recorder.dispose(change));
}

/** @returns the outcome of recording a command, or why it could not be recorded */
export function actionAnswer(
  { id, step, record }: Extract<ToThread, { type: 'action' }>,
  recorder: Pick<Recorder, 'history' | 'recordAction'>,
): FromThread {
  return writtenAnswer({ id, name: 'action' }, recorder, () => recorder.recordAction(step, record));
}

function writtenAnswer(asked: Asked, { history }: Pick<Recorder, 'history'>, write: () => unknown): FromThread {
  try {
    return answerFrom(asked, history.file, write);
  } catch (error) {
    return { type: 'fault', id: asked.id, error: safeError(error) };
  }
}

type Asked = Pick<Extract<FromThread, { type: 'answer' }>, 'id' | 'name'>;

/** @throws if this program is at fault */
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
