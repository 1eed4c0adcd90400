/** The life cycle of the server process: what starts with it and how it stops. */
import { spawn } from 'node:child_process';
import packageJson from '../../package.json';
import { getConfig } from '../config/config';
import { WEBSOCKET_PATH } from '../contract/paths';
import { flushLog, log, openLog, takeConsole } from '../platform/log';
import { createRuntime } from '../swarms/open-swarm';
import { type Runtime, setRuntime } from '../swarms/swarm';
import { createAccess, logAnonymousAccess, prepareOperatorKey } from './access/access-context';
import { createPageGate } from './access/admit-page';
import { setPageGate } from './access/page-gate';
import { directSocket } from './api/direct-socket';
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
import { endTerminalStreams } from './stream/terminal-stream';

/** The whole stop may take 5 s. What listens to the exit of the process, which removes files, may use the rest. */
const DEADLINE_MS = 4_500;
const KILL_AFTER_MS = 4_900;

/**
 * Starts everything that serves the swarm, once per process. If it can't start, prints the reason in one line and ends
 * the process.
 *
 * @param alone whether this code stops the process, and not Next
 * @param create creates the runtime
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
    prepareOperatorKey(config);
    const runtime = create();
    setRuntime(runtime);
    const context = createServerContext(access, { runtime, version: packageJson.version, endpoints: ENDPOINTS });
    const { answer, direct, bodyLimits } = serveEndpoints(ENDPOINTS, context);
    // No request is read before this function returns.
    const webSocket = directSocket(context);
    settleServers({ development: !alone, direct, upgrades: { [WEBSOCKET_PATH]: webSocket.answer }, bodyLimits });
    coverEveryAnswer(config);
    setPageGate(createPageGate(access));
    setAnswer(answer);
    const { registry } = metrics();
    registerProcessMetrics(registry);
    registerStreamMetrics(registry);
    registerSwarmMetrics(registry);
    if (alone) takeConsole();
    const stop = () => {
      webSocket.stop();
      endTerminalStreams();
      return runtime.stop();
    };
    stopOnSignal(stop, alone);
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

/** Prints to the terminal, since the settings of the log may be the fault. */
function fail(error: unknown): never {
  process.stderr.write(`The dashboard cannot start. ${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}

/**
 * Ends the process from outside: `process.exit` waits for threads, and one may hang in the system forever (a dead
 * network disk).
 *
 * @param after milliseconds from now
 */
function killFromOutside(after: number): void {
  const words = ['-c', `sleep ${after / 1_000}; kill -9 ${process.pid}`];
  spawn('sh', words, { detached: true, stdio: 'ignore' })
    .on('error', () => {})
    .unref();
}

function stopOnSignal(stop: () => Promise<void>, alone: boolean): void {
  const onSignal = async (signal: string) => {
    // Under npm one Ctrl-C arrives twice: from the terminal and from npm. So a second signal does not shorten the
    // deadline.
    if (phase() === 'stopping') return;
    enterPhase('stopping');
    log().info({ signal }, 'stopping');
    const begunAt = performance.now();
    const killWhenLate = () => killFromOutside(Math.max(0, KILL_AFTER_MS - (performance.now() - begunAt)));
    // For clients that do not read their last bytes, and disks that do not respond.
    let stopped = false;
    setTimeout(() => {
      if (!stopped) killWhenLate();
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
    // The exit waits for the last lines of the log, and the reader of the log may have stopped.
    if (!(await flushLog())) killWhenLate();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // Next's own listener would end the process as soon as the last request is answered, before the history is
    // closed.
    if (alone) process.removeAllListeners(signal);
    process.on(signal, onSignal);
  }
}
