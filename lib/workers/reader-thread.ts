/** Entry of the worker thread that reads the history for pages and searches, so that no search delays the recording. */
import { parentPort, workerData } from 'node:worker_threads';
import { History } from '../history/history';
import type { ToThread } from './protocol';
import { answerTo, postTo } from './thread-port';

const post = postTo(parentPort);
const history = new History((workerData as { file: string }).file, { readonly: true });

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'ask') {
    post(answerTo(message, history));
  } else if (message.type === 'stop') {
    history.close();
    post({ type: 'stopped' });
    parentPort?.close();
  }
});
