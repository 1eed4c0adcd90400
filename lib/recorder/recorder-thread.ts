/** The thread that records: everything that touches the log or writes the history. Entry of a worker. */
import { parentPort, workerData } from 'node:worker_threads';
import { upgrades } from '../history/database';
import type { RecorderEvent, RecorderOptions, ToThread } from './protocol';
import { Recorder } from './recorder';
import { answerTo, decisionAnswer, postTo } from './thread-port';

const post = postTo(parentPort);
/** Told in one turn; each message to another thread wakes it, which costs more than most events. */
let told: RecorderEvent[] = [];
const tell = (event: RecorderEvent) => {
  if (told.push(event) > 1) return;
  queueMicrotask(() => {
    post({ type: 'events', events: told });
    told = [];
  });
};
upgrades.subscribe((sentence) => tell({ type: 'upgraded', sentence: String(sentence) }));
const recorder = new Recorder(workerData as RecorderOptions, tell);
void recorder.look();

parentPort?.on('message', (message: ToThread) => {
  switch (message.type) {
    case 'look':
      void recorder.look();
      break;
    case 'journal':
      recorder.record(message.update);
      break;
    case 'looked':
      void recorder.beat(message.at);
      break;
    case 'keep_lives':
      recorder.keepLives(message.json);
      break;
    case 'attention':
      recorder.attend(message.update);
      break;
    case 'posted':
      recorder.posted(message.tried);
      break;
    case 'receivers':
      recorder.setReceivers(message.alerts);
      break;
    case 'dispose':
      post(decisionAnswer(message.id, recorder, message.change));
      break;
    case 'review':
      recorder.review(message.review);
      break;
    case 'damaged':
      recorder.reportDamage();
      break;
    case 'ask':
      post(answerTo(message, recorder.history));
      break;
    case 'stop':
      void recorder.close().then(() => {
        post({ type: 'stopped' });
        parentPort?.close();
      });
      break;
  }
});
