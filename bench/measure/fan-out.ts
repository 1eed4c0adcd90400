import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { STREAM_PATH, WEBSOCKET_PATH } from '../../lib/contract/paths';
import { BareStream, processorSeconds, residentMb, startDashboard } from './processes';
import { SwarmFiles } from './swarm-files';
import { type Bench, type Figure, quantile } from './table';
import { mark, Viewers } from './viewers';

const SIZES = [100, 1000, 5000];
const KINDS = [
  [STREAM_PATH, 'streams'],
  [WEBSOCKET_PATH, 'WebSockets'],
] as const;
const EVENTS = 6;
const WARM_UP = 2;
const CHANGE_INTERVAL_MS = 1000;
/** Fewer need less than a process of Node takes and gives back by itself. */
const MEMORY_FROM = 1000;

interface Side {
  url: string;
  pid: number;
  path: string;
  send(number: number): void;
}

interface Measured {
  p99: number;
  /** KB for each stream. */
  memory: number;
  /** Processor milliseconds for each event to all. */
  processor: number;
}

async function measure(side: Side, streams: number): Promise<Measured> {
  const viewers = new Viewers();
  try {
    // What the first stream of a process needs is no part of each.
    await viewers.open(side.url, 1, side.path);
    side.send(streams * 100 - 1);
    if (!(await viewers.all(streams * 100 - 1))) throw new Error('The first stream got no event.');
    const before = residentMb(side.pid);
    await viewers.open(side.url, streams - 1, side.path);
    const found: number[] = [];
    let used = 0;
    for (let round = 0; round < EVENTS + WARM_UP; round++) {
      if (round === WARM_UP) used = processorSeconds(side.pid);
      const number = streams * 100 + round;
      const begun = performance.now();
      side.send(number);
      if (!(await viewers.all(number))) throw new Error(`Not everyone of ${streams} got event ${round}.`);
      if (round >= WARM_UP) found.push(...viewers.arrivals(number).map((at) => at - begun));
      await delay(Math.max(0, CHANGE_INTERVAL_MS - (performance.now() - begun)));
    }
    return {
      p99: quantile(found, 0.99),
      memory: ((residentMb(side.pid) - before) * 1024) / streams,
      processor: ((processorSeconds(side.pid) - used) * 1000) / EVENTS,
    };
  } finally {
    viewers.close();
    await delay(1000);
  }
}

/** Measures a dashboard of its own: what 1,000 streams have left behind would hide what 5,000 need. */
async function measureOurs(folder: string, streams: number, streamPath: string): Promise<Measured> {
  mkdirSync(folder);
  const files = new SwarmFiles(folder);
  const server = await startDashboard(folder, `${folder}.sqlite`);
  try {
    const own = { url: server.url, pid: server.pid as number, path: streamPath };
    return await measure({ ...own, send: (number) => files.appendMessages(number) }, streams);
  } finally {
    await server.stop('SIGKILL');
    files.close();
  }
}

/** Measures the plain server, which broadcasts messages of the same size. */
async function measureBare(folder: string, streams: number): Promise<Measured> {
  mkdirSync(folder);
  const files = new SwarmFiles(folder);
  const bare = await BareStream.broadcaster();
  const send = (number: number) => bare.broadcast(JSON.stringify(files.message(mark(number))));
  const measured = await measure({ url: bare.url, pid: bare.pid, path: '/', send }, streams);
  bare.stop();
  files.close();
  return measured;
}

async function run(scratch: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const streams of SIZES) {
    const limit = await measureBare(path.join(scratch, `fan-out-bare-${streams}`), streams);
    for (const [streamPath, kind] of KINDS) {
      const ours = await measureOurs(path.join(scratch, `fan-out-${kind}-${streams}`), streams, streamPath);
      const name = `${streams.toLocaleString('en-GB')} ${kind}`;
      const p99 = { value: ours.p99, unit: 'ms', atMost: 1.5 * limit.p99, baseline: limit.p99 };
      const memory = { value: ours.memory, unit: 'KB', atMost: 3 * limit.memory, baseline: limit.memory };
      figures.push(
        { name: `${name}, 99 of 100`, ...p99 },
        ...(streams >= MEMORY_FROM ? [{ name: `${name}, memory for each`, ...memory }] : []),
        { name: `${name}, processor time a second`, value: ours.processor, unit: 'ms', baseline: limit.processor },
      );
    }
  }
  return figures;
}

export const fanOut: Bench = {
  name: 'fan-out',
  how: 'One message a second, from the write to its arrival at each stream, server-sent events or WebSocket. Memory is the resident memory after some events, minus that with one stream, divided by the number of streams (100 streams take no more than a Node process takes and returns by itself). The dashboard also sends its heartbeat and stats. Baseline: a bare node:http server that broadcasts prepared bytes of the same size; the bounds are 1.5 times its delay and 3 times its memory.',
  run,
};
