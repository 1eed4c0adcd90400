/** The thread that opens a bundle and answers from it. Entry of a worker. */
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { BundleFault, OpenBundle, readBundle } from './bundle-open';
import type { OpenedBundle, ToThread } from './protocol';
import { answerTo, postTo } from './thread-port';

const NEWEST = 50;

const post = postTo(parentPort);
const { file } = workerData as { file: string };

function open(): OpenBundle | null {
  try {
    const read = readBundle(file);
    const opened = new OpenBundle(read, basename(file));
    const { history } = opened;
    const { name, epoch, since, until, text } = read;
    const recording = { since, until, text };
    const newest = history.newest(NEWEST);
    const told: OpenedBundle = { name, epoch, recording, newest, head: history.head(), oldest: history.oldest() };
    post({ type: 'bundle', opened: told });
    return opened;
  } catch (error) {
    if (!(error instanceof BundleFault)) throw error;
    post({ type: 'refused', detail: error.message });
    return null;
  }
}

const opened = open();
parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'ask' && opened) {
    const answer = answerTo(message, opened.history);
    // Its counts are of the whole history, of which the bundle holds a part.
    const isState = message.name === 'state' && answer.type === 'answer';
    post(isState ? { ...answer, answer: opened.state((message.query as { at: number }).at) } : answer);
  } else if (message.type === 'stop') {
    opened?.history.close();
    post({ type: 'stopped' });
    parentPort?.close();
  }
});
