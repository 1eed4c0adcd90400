/** Entry of the worker thread that reads the history for pages and searches, so that no search delays the recording. */
import { parentPort, workerData } from 'node:worker_threads';
import { History } from '../history/history';
import type { ToThread } from './protocol';
import { answerTo, postTo } from './thread-port';

const post = postTo(parentPort);
/** Questions come in bursts: a page that opens asks several. */
const QUIET_MS = 10_000;

const history = new History((workerData as { file: string }).file, { readonly: true });

const quiet = setTimeout(() => history.releaseMemory(), QUIET_MS).unref();

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'ask') {
    post(answerTo(message, history));
    quiet.refresh();
  } else if (message.type === 'stop') {
    clearTimeout(quiet);
    history.close();
    post({ type: 'stopped' });
    parentPort?.close();
  }
});
