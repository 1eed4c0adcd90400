/** Hundreds of clients that reconnect continuously, and the service that other clients get at the same time. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SwarmFiles } from './measure/swarm-files';
import { quantile } from './measure/table';
import type { StormJob, StormReport } from './storm-clients';
import { oddIds, showId } from './strange-ids';
import { ThreadTime } from './thread-time';
import type { Outcome } from './torture-report';
import { Server } from './torture-server';

export interface StormPlan {
  clients: number;
  seconds: number;
  /**
   * The average pause of each client before it reconnects. The stream asks for 1,000, and every `EventSource` waits
   * that long. With 0 every client is always in the queue, and its length alone determines the waiting time:
   * those times are printed, but not checked.
   */
  pauseMs: number;
}

const MESSAGES = 5_000;
const LOCKS = 60;
const WRITE_INTERVAL_MS = 100;
const PROBE_INTERVAL_MS = 20;
const MAX_ODD_MS = 100;
const MAX_HEALTH_MS = 500;

/** Lets clients reconnect for some time, and requests `/health` and streams with odd ids before and during that. */
export async function reconnectStorm(folders: { root: string; history: string }, plan: StormPlan): Promise<Outcome> {
  const server = new Server(folders.root, folders.history, { LIMIT_STREAMS_PER_CLIENT: '100000' });
  const files = new SwarmFiles(folders.root);
  files.appendMessages(0, MESSAGES);
  for (let lock = 0; lock < LOCKS; lock++) files.acquireLock(lock);
  let writing: NodeJS.Timeout | undefined;
  let storm: ReturnType<typeof startStorm> | undefined;
  try {
    await server.start();
    while ((await server.stats()).message_count < MESSAGES) await delay(50);
    const { next_cursor: newest } = await server.messages('limit=1');
    const epoch = newest.split('.')[0] ?? '';
    const oldIds = Array.from({ length: 20 }, (_, index) => `${epoch}.${MESSAGES - 1 - index * 200}`);
    let number = 0;
    writing = setInterval(() => files.appendMessages(++number), WRITE_INTERVAL_MS);
    const calm = await probe(server, oddIds(epoch), 2_000);
    storm = startStorm({
      port: server.port,
      clients: plan.clients,
      pauseMs: plan.pauseMs,
      ids: ['', ...oldIds, ...oddIds(epoch)],
    });
    await storm.begun;
    const used = new ThreadTime(server.pid);
    const busy = await probe(server, oddIds(epoch), plan.seconds * 1_000);
    const { answered, failed, late } = storm.counts();
    const slow =
      plan.pauseMs === 0
        ? []
        : [
            ...(worst(busy.odd) > MAX_ODD_MS ? [`an odd id was answered after ${worst(busy.odd).toFixed(0)} ms`] : []),
            ...(worst(busy.health) > MAX_HEALTH_MS
              ? [`/health answered after ${worst(busy.health).toFixed(0)} ms`]
              : []),
          ];
    return {
      facts:
        `${plan.clients} clients reconnected ${answered} times in ${plan.seconds} s, ${plan.pauseMs} ms apart; odd ids ${figures(busy.odd)} ` +
        `(before: ${figures(calm.odd)}), /health ${figures(busy.health)} (before: ${figures(calm.health)}); the server's thread ` +
        `${used}, the clients' process was late by at most ${late.toFixed(0)} ms`,
      faults: [
        ...calm.faults,
        ...busy.faults,
        ...(answered === 0 ? ['nobody was answered'] : []),
        ...(failed > 0 ? [`${failed} connections of the storm were not answered with a stream`] : []),
      ],
      slow,
    };
  } finally {
    clearInterval(writing);
    storm?.end();
    files.close();
    await server.stop('SIGKILL');
  }
}

function startStorm(job: StormJob) {
  const script = path.join(import.meta.dirname, 'storm-clients.ts');
  const child = fork(script, [JSON.stringify(job)], { execArgv: ['--import', 'tsx'] });
  let last: StormReport = { answered: 0, failed: 0, late: 0 };
  child.on('message', (report: StormReport) => {
    last = report;
  });
  return { begun: once(child, 'message'), counts: () => last, end: () => child.kill('SIGKILL') };
}

/** Requests both repeatedly and independently: the delay of one must not hide that of the other. */
async function probe(server: Server, ids: readonly string[], forMs: number) {
  const until = performance.now() + forMs;
  const found = { odd: [] as number[], health: [] as number[], faults: [] as string[] };
  const odd = async () => {
    for (let index = 0; performance.now() < until; index++) {
      const id = ids[index % ids.length] as string;
      const { took, status, connected } = await showId(server.port, { id, inQuery: false, bytes: null });
      found.odd.push(took);
      const asUnknown = connected?.gap && !connected.resumed;
      if (!asUnknown) found.faults.push(`${JSON.stringify(id.slice(0, 40))}: ${status} ${JSON.stringify(connected)}`);
      await delay(PROBE_INTERVAL_MS);
    }
  };
  const health = async () => {
    while (performance.now() < until) {
      const begun = performance.now();
      if (!(await isHealthy(server))) found.faults.push('/health did not answer');
      found.health.push(performance.now() - begun);
      await delay(PROBE_INTERVAL_MS);
    }
  };
  await Promise.all([odd(), health()]);
  return found;
}

/** On a separate connection: a kept one would not be in the queue in which all others wait. */
function isHealthy({ port }: Server): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = get({ host: '127.0.0.1', port, path: '/health', agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode === 200));
    });
    asked.once('error', () => resolve(false));
  });
}

function worst(values: readonly number[]): number {
  return values.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...values);
}

function figures(values: readonly number[]): string {
  const [p50, p99] = [quantile(values, 0.5), quantile(values, 0.99)];
  return `p50 ${p50.toFixed(0)}, p99 ${p99.toFixed(0)}, max ${worst(values).toFixed(0)} ms of ${values.length}`;
}
