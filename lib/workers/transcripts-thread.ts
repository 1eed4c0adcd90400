/**
 * Entry of the worker thread that reads Claude Code's transcripts. It asks the file system by itself, four times a
 * second: with one event for each append, 20 busy sessions would wake a thread 400 times a second.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { Transcripts } from '../sources/claude-code/transcripts';
import type { FromThread, ToThread, TranscriptsThreadOptions } from './protocol';
import { threadPort } from './thread-entry';

const POLL_INTERVAL_MS = 250;
/**
 * After working this long, the thread rests as long, so that a first reading leaves half of a core to others. What was
 * read leaves the thread after each turn: rows that wait longer survive collections, and the heap grows by 6 MB.
 */
const TURN_MS = 10;
/** Messages with usage that the main thread has not taken yet. */
const MAX_UNTAKEN = 4;

const port = threadPort(parentPort);
const { folder, marks, sessions, teams } = workerData as TranscriptsThreadOptions;
const transcripts = new Transcripts({ folder, marks });
let untaken = 0;
let working: NodeJS.Timeout | null = null;
let lastSaid = '';

function post(message: FromThread): void {
  port.postMessage(message);
}

function publish(now: number, stopping = false): void {
  const news = transcripts.drain(now, stopping);
  const said = JSON.stringify([news.progress, news.status]);
  if (news.facts.length + news.usage.length + news.marks.length + news.messages.length === 0 && said === lastSaid)
    return;
  lastSaid = said;
  if (news.usage.length > 0) untaken += 1;
  post({ type: 'transcripts', news });
}

/** Reads for one turn, and goes on after a rest if there is more. */
function work(): void {
  working = null;
  if (untaken >= MAX_UNTAKEN) return;
  const begun = performance.now();
  let now = begun;
  let more = true;
  while (more && now - begun < TURN_MS) {
    more = transcripts.step();
    now = performance.now();
  }
  publish(now);
  if (more) working = setTimeout(work, now - begun);
}

function poll(): void {
  const now = performance.now();
  transcripts.poll(now);
  if (!working) work();
}

transcripts.follow(sessions, teams, performance.now());
poll();
const polling = setInterval(poll, POLL_INTERVAL_MS);

port.on('message', (message: ToThread) => {
  switch (message.type) {
    case 'follow':
      transcripts.follow(message.sessions, message.teams, performance.now());
      poll();
      break;
    case 'refresh':
      poll();
      break;
    case 'usage_taken':
      untaken = Math.max(0, untaken - 1);
      if (!working) work();
      break;
    case 'stop':
      clearInterval(polling);
      if (working) clearTimeout(working);
      publish(performance.now(), true);
      post({ type: 'stopped' });
      port.close();
      break;
  }
});
