/** Entry of the worker thread that records. Only this thread reads the log and writes the history. */
import { parentPort, workerData } from 'node:worker_threads';
import { upgrades } from '../history/database';
import type { RecorderEvent } from '../recorder/events';
import { Recorder } from '../recorder/recorder';
import { PriceQuestions } from './price-questions';
import type { RecorderThreadOptions, ToThread } from './protocol';
import { actionAnswer, answerTo, decisionAnswer, postTo } from './thread-port';
import { startWatchdog } from './thread-watchdog';

const post = postTo(parentPort);
/** Sent together at the end of a turn: each message to another thread wakes it, which costs more than most events. */
let pending: RecorderEvent[] = [];
const publish = (event: RecorderEvent) => {
  if (pending.push(event) > 1) return;
  queueMicrotask(() => {
    post({ type: 'events', events: pending });
    pending = [];
  });
};
upgrades.subscribe((sentence) => publish({ type: 'upgraded', sentence: String(sentence) }));
const { watchdog: watchdogOptions, ...options } = workerData as RecorderThreadOptions;
const prices = new PriceQuestions((models) => post({ type: 'look_up_prices', models }));
const recorder = new Recorder(options, publish, Date.now, () => performance.now(), prices.ask);
void recorder.refresh();
/** Closing happens once, although both the main thread and the watchdog may request it. */
let closed: Promise<void> | null = null;
const close = () => {
  closed ??= recorder.close();
  return closed;
};
const watchdog =
  watchdogOptions &&
  startWatchdog(watchdogOptions, { close, onMoved: (heldMs) => publish({ type: 'loop_held', heldMs }) });

parentPort?.on('message', (message: ToThread) => {
  watchdog?.heard();
  switch (message.type) {
    case 'refresh':
      void recorder.refresh();
      break;
    case 'journal':
      recorder.record(message.update);
      break;
    case 'refreshed':
      void recorder.heartbeat(message.at);
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
    case 'action': {
      const answer = actionAnswer(message, recorder);
      post(answer);
      if (answer.type === 'refusal' && answer.damaged) recorder.reportDamage();
      break;
    }
    case 'review':
      recorder.review(message.review);
      break;
    case 'usage':
      recorder.recordUsage(message.rows, message.marks);
      break;
    case 'team_messages':
      void recorder.recordTeam(message.messages);
      break;
    case 'prices':
      prices.answer(message);
      break;
    case 'own_prices':
      recorder.setOwnPrices(message.own);
      break;
    case 'damaged':
      recorder.reportDamage();
      break;
    case 'ask':
      post(answerTo(message, recorder.history));
      break;
    case 'stop':
      watchdog?.stop();
      void close().then(() => {
        post({ type: 'stopped' });
        parentPort?.close();
      });
      break;
  }
});
