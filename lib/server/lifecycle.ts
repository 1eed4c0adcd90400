/** The life of the server process: what starts with it and how it ends. */
import { spawn } from 'node:child_process';
import packageJson from '../../package.json';
import { getConfig } from '../config/config';
import { flushLog, log, openLog, takeConsole } from '../platform/log';
import { createRuntime } from '../swarms/open-swarm';
import { type Runtime, setRuntime } from '../swarms/swarm';
import { createAccess, logAnonymousAccess } from './access/access-context';
import { createPageGate } from './access/admit-page';
import { setPageGate } from './access/page-gate';
import { ENDPOINTS } from './api/endpoints/endpoints';
import { setAnswer } from './api/route-file';
import { serveEndpoints } from './api/routes';
import { createServerContext } from './api/server-context';
import { settleServers } from './front/node-server';
import { coverEveryAnswer } from './http/headers';
import { enterPhase, phase } from './http/phase';
import { allAnswered, watchConnections } from './http/request-connection';
import { metrics } from './metrics/metrics';
import { registerProcessMetrics } from './metrics/process-metrics';
import { watchRequest } from './metrics/request-watch';
import { registerStreamMetrics } from './metrics/stream-metrics';
import { registerSwarmMetrics } from './metrics/swarm-metrics';

/** The whole stop may take 5 s. */
const DEADLINE_MS = 4_500;

/**
 * Starts what serves the swarm, once per process; says in one line why it can not, and ends the process then.
 *
 * @param alone this stops the process, and not Next
 * @param create what makes the runtime
 */
export function startServer({ alone, create = createRuntime }: { alone: boolean; create?: () => Runtime }): void {
  if (phase()) return;
  enterPhase('starting');
  watchConnections(watchRequest);
  try {
    const config = getConfig();
    openLog(config);
    const access = createAccess(config);
    logAnonymousAccess(config);
    const runtime = create();
    setRuntime(runtime);
    const context = createServerContext(access, { runtime, version: packageJson.version, endpoints: ENDPOINTS });
    const { answer, direct } = serveEndpoints(ENDPOINTS, context);
    // No request is read before this function returns.
    settleServers({ development: !alone, direct });
    coverEveryAnswer(config);
    setPageGate(createPageGate(access));
    setAnswer(answer);
    const { registry } = metrics();
    registerProcessMetrics(registry);
    registerStreamMetrics(registry);
    registerSwarmMetrics(registry);
    if (alone) takeConsole();
    stopOnSignal(() => runtime.stop(), alone);
    // Not awaited: /health answers while a long log is read for the first time.
    runtime.ready().then(onReady, fail);
  } catch (error) {
    fail(error);
  }
}

function onReady(): void {
  if (phase() === 'starting') enterPhase('ready');
  log().info({ version: packageJson.version, node: process.version }, 'ready');
}

/** Said to the person who starts it, also where the settings of the log are what is wrong. */
function fail(error: unknown): never {
  process.stderr.write(`The dashboard can not start. ${error instanceof Error ? error.message : error}\n`);
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
  const onSignal = async (signal: string) => {
    // Under npm one Ctrl-C arrives twice: from the terminal and from npm. The deadline holds for impatient people too.
    if (phase() === 'stopping') return;
    enterPhase('stopping');
    log().info({ signal }, 'stopping');
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
      log().error({ error }, 'The dashboard did not stop in order.');
    }
    log().info('stopped');
    // Leaving waits for the last lines, and whoever reads the log may have stopped reading.
    if (!(await flushLog())) killFromOutside();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // Next's own listener would end the process as soon as the last request is answered, before the history is
    // closed.
    if (alone) process.removeAllListeners(signal);
    process.on(signal, onSignal);
  }
}
