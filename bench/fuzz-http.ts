import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Random } from '../lib/simulator/random';
import { RawClient } from '../test/support/raw-client';
import { httpBytes, TARGETS } from './fuzz-http-bytes';
import { longestHolds, measuringHolds, readHolds } from './loop-holds';
import { quantile } from './measure/table';
import { makeScratch } from './scratch';
import { Report } from './torture-report';
import { Server } from './torture-server';

const CONNECTIONS = 16;
/** The longest time that a connection is kept: long enough to test partial requests, short enough to make room. */
const MAX_CONNECTION_MS = 1_500;
const HEALTH_INTERVAL_MS = 50;
const MAX_HEALTH_MS = 500;
const MAX_HOLD_MS = 100;
/** Length of the shown part of what was sent before a failure. */
const MAX_SHOWN = 600;
/** Measured: 170 MB after 2 min, 180 MB after 10 min, because garbage is collected late. */
const MAX_GROWTH_MB = 250;

const { values: flags } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: String(Date.now() % 1e9) } },
});
const scratch = makeScratch('fuzz-http');
const report = new Report(true);
await report.step('HTTP heads and bodies', () => fuzz(Number(flags.minutes) * 60_000, Number(flags.seed)));
report.end();
process.exit(report.hasFailures ? 1 : 0);

async function fuzz(forMs: number, seed: number) {
  const delays = path.join(scratch, 'loop-delay');
  const server = new Server(scratch, 'off', {
    ...measuringHolds(delays),
    LOG_LEVEL: 'silent',
  });
  console.log(`seed ${seed}; give it as --seed to send the same bytes again`);
  try {
    await server.start();
    await warmUp(server);
    const pid = server.pid;
    const from = Date.now();
    const base = server.residentBytes() ?? 0;
    const end = performance.now() + forMs;
    const seen = {
      connections: 0,
      bytes: 0,
      statuses: new Map<string, number>(),
      peaks: [base, base] as [number, number],
      failures: [] as string[],
    };
    const workers = Array.from({ length: CONNECTIONS }, (_, index) => {
      const random = new Random(seed * CONNECTIONS + index);
      return sendUntil(end, server.port, random, seen);
    });
    const health = await watch(server, end, seen);
    await Promise.all(workers);
    await delay(1_000);
    const { byClock, byThread } = longestHolds(readHolds(delays, from));
    const [longest, computed] = [byClock.held, byThread.ran];
    const alive = server.pid === pid && (await server.health()) !== null;
    const [first, second] = seen.peaks.map((peak) => (peak - base) / 1024 / 1024) as [number, number];
    const statuses = [...seen.statuses].sort().map(([status, count]) => `${status}: ${count}`);
    return {
      facts:
        `seed ${seed}, ${seen.connections} connections, ${(seen.bytes / 1e6).toFixed(0)} MB sent; first answers ` +
        `${statuses.join(', ')}; event loop held at most ${longest} ms, of which it computed at most ${computed} ms; ${health.took.length} times /health: at most ` +
        `${Math.max(...health.took).toFixed(0)} ms, 99 of 100 within ${quantile(health.took, 0.99).toFixed(0)} ms; memory +${first.toFixed(0)} MB at most in the first half, +${second.toFixed(0)} MB in the second`,
      faults: [
        ...(alive ? [] : ['the server is gone']),
        ...(health.missed > 0 ? [`/health did not answer ${health.missed} times`] : []),
        ...seen.failures.map((sent) => `answered with 500: ${sent}`),
      ],
      slow: [
        ...(computed > MAX_HOLD_MS ? [`the event loop was held for ${computed} ms`] : []),
        ...(quantile(health.took, 0.99) > MAX_HEALTH_MS ? ['/health took too long'] : []),
        ...(second > MAX_GROWTH_MB ? [`memory grew by ${second.toFixed(0)} MB`] : []),
      ],
    };
  } finally {
    await server.stop('SIGKILL');
  }
}

/** The first request of a kind loads its code, which blocks the loop once. */
async function warmUp(server: Server): Promise<void> {
  for (let round = 0; round < 5; round++) {
    for (const target of TARGETS) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const client = new RawClient(server.port).ask(method, target, { Connection: 'close' });
        // The beginning of a stream is enough.
        await Promise.race([client.closed, delay(target === '/api/stream' ? 100 : MAX_CONNECTION_MS)]);
        client.destroy();
      }
    }
  }
  await delay(1_000);
}

interface Seen {
  connections: number;
  bytes: number;
  /** First answers by status, `none` for no answer. */
  statuses: Map<string, number>;
  /** The maximum memory in the first and in the second half. */
  peaks: [number, number];
  /** Requests that were answered with 500. */
  failures: string[];
}

async function sendUntil(end: number, port: number, random: Random, seen: Seen): Promise<void> {
  while (performance.now() < end) {
    const client = new RawClient(port);
    seen.connections++;
    let begin = '';
    for (const piece of httpBytes(random)) {
      if (begin.length < MAX_SHOWN) begin += piece;
      client.send(piece);
      seen.bytes += piece.length;
      if (random.chance(0.3)) await new Promise(setImmediate);
    }
    if (random.chance(0.2)) client.socket.end();
    if (random.chance(0.1)) client.socket.pause();
    await Promise.race([client.closed, delay(random.integer(1, MAX_CONNECTION_MS))]);
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(client.text)?.[1] ?? 'none';
    seen.statuses.set(status, (seen.statuses.get(status) ?? 0) + 1);
    if (status === '500') seen.failures.push(JSON.stringify(begin.slice(0, MAX_SHOWN)));
    client.destroy();
  }
}

async function watch(server: Server, end: number, seen: Seen) {
  const health = { missed: 0, took: [] as number[] };
  const half = (performance.now() + end) / 2;
  while (performance.now() < end) {
    const asked = performance.now();
    if (!(await server.health())) health.missed++;
    health.took.push(performance.now() - asked);
    const place = asked < half ? 0 : 1;
    seen.peaks[place] = Math.max(seen.peaks[place], server.residentBytes() ?? 0);
    await delay(HEALTH_INTERVAL_MS);
  }
  return health;
}
