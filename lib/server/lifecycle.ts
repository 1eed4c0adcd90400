/** The life of the server process: what starts with it and how it ends. */
import { spawn } from 'node:child_process';
import { getRuntime } from '../runtime';
import { openAccess } from './access';
import { allAnswered, watchConnections } from './connection';
import { coverEveryAnswer } from './headers';

/** The whole stop may take 5 s. */
const DEADLINE_MS = 4_500;

const STARTED = Symbol.for('claude-swarm-dashboard.started');

/**
 * Starts what serves the swarm, once per process; says in one line why it can not, and ends the process then.
 *
 * @param alone this stops the process, and not Next
 */
export function startServer({ alone }: { alone: boolean }): void {
  const shared = globalThis as { [STARTED]?: true };
  if (shared[STARTED]) return;
  shared[STARTED] = true;
  watchConnections();
  try {
    openAccess();
    coverEveryAnswer();
    const runtime = getRuntime();
    stopOnSignal(() => runtime.stop(), alone);
    // Not awaited: /health answers while a long log is read for the first time.
    runtime.ready().catch(fail);
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): never {
  console.error(`The dashboard can not start. ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}

/** `process.exit` waits for threads, and one may hang in the system for good (a dead network disk). */
function killFromOutside(): void {
  const words = ['-c', `sleep 0.3; kill -9 ${process.pid}`];
  spawn('sh', words, { detached: true, stdio: 'ignore' })
    .on('error', () => {})
    .unref();
}

function stopOnSignal(stop: () => Promise<void>, alone: boolean): void {
  let stopping = false;
  const onSignal = async () => {
    // Under npm one Ctrl-C arrives twice: from the terminal and from npm. The deadline holds for impatient people too.
    if (stopping) return;
    stopping = true;
    // For clients that do not read their last bytes, and disks that do not answer.
    let stopped = false;
    setTimeout(() => {
      if (!stopped) killFromOutside();
      process.exit(0);
    }, DEADLINE_MS);
    try {
      await stop();
      stopped = true;
      await allAnswered();
    } catch (error) {
      console.error('The dashboard did not stop in order.', error);
    }
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // Next's own listener would end the process as soon as the last request is answered, before the history is
    // closed.
    if (alone) process.removeAllListeners(signal);
    process.on(signal, onSignal);
  }
}
