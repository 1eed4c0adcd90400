/**
 * A process that only follows transcripts, or for comparison does nothing: `transcripts.ts FOLDER [SESSION_ID ...]`.
 * Prints the number of counted answers for each SIGUSR2, and `read` when the usage is complete.
 */
import { TranscriptsHandle } from '../../lib/workers/transcripts';
import { sourceWorker } from '../../test/support/source-worker';
import { CWD } from '../measure/transcript-load';

const [folder = '', ...sessionIds] = process.argv.slice(2);
let answers = 0;
let facts = 0;
let complete = false;
const handle = new TranscriptsHandle({
  folder,
  marks: [],
  onFacts: (list) => {
    facts += list.length;
  },
  // The rows go on to another thread, which costs as much again.
  onMessages: () => {},
  onUsage: (rows, marks) => {
    answers += structuredClone({ rows, marks }).rows.length;
  },
  onProgress: (progress) => {
    if (progress === null && !complete) console.log('read');
    complete ||= progress === null;
  },
  onStatus: () => {},
  startWorker: (options) => sourceWorker(new URL('../../lib/workers/transcripts-thread.ts', import.meta.url), options),
  onFault: (_thread, detail) => console.error(detail),
});
// Later, so that the start of the process is not measured.
setTimeout(() => {
  if (sessionIds.length > 0) handle.follow(sessionIds.map((sessionId) => ({ sessionId, cwd: CWD })));
  console.log('following');
}, 2000);
setInterval(() => {}, 1000);
process.on('SIGUSR2', () => console.log(`${answers} ${facts}`));
process.on('SIGTERM', () => void handle.stop().then(() => process.exit(0)));
