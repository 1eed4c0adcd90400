/** The thread that opens a bundle and answers from it. Entry of a worker. */
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { BundleFault, OpenBundle, readBundle } from '../bundle/open';
import { encodeMessages } from '../history/encoded-messages';
import type { FromThread, OpenedBundle, ToThread } from './protocol';
import { answerOrThrow, postTo } from './thread-port';

const NEWEST = 50;

const post = postTo(parentPort);
const { file } = workerData as { file: string };

function open(): OpenBundle | null {
  try {
    const read = readBundle(file);
    const opened = new OpenBundle(read, basename(file));
    const { history } = opened;
    const { name, epoch, since, until, text } = read;
    const bundle = { since, until, text };
    const newest = encodeMessages(history.newest(NEWEST));
    const event: OpenedBundle = { name, epoch, bundle, newest, head: history.head(), oldest: history.oldest() };
    post({ type: 'bundle', opened: event });
    return opened;
  } catch (error) {
    if (!(error instanceof BundleFault)) throw error;
    post({ type: 'refused', detail: error.message });
    return null;
  }
}

/** What a file holds may be of any kind: a moment that it tells wrongly must not end the thread with all others. */
function answerFrom(bundle: OpenBundle, question: Extract<ToThread, { type: 'ask' }>): FromThread {
  try {
    const answer = answerOrThrow(question, bundle.history);
    // Its counts are of the whole history, of which the bundle holds a part.
    const isState = question.name === 'state' && answer.type === 'answer';
    return isState ? { ...answer, answer: bundle.state((question.query as { at: number }).at) } : answer;
  } catch (error) {
    const detail = `${basename(file)} is damaged and could not be read (${(error as Error).message}).`;
    return { type: 'refusal', id: question.id, code: 'unavailable', detail };
  }
}

const opened = open();
parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'ask' && opened) {
    post(answerFrom(opened, message));
  } else if (message.type === 'stop') {
    opened?.history.close();
    post({ type: 'stopped' });
    parentPort?.close();
  }
});
