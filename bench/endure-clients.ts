/** Clients that are no friends: many that never read, and thousands that come at once. */
import { get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { MessagesEvent } from '../lib/contract/schemas';
import { LogWriter } from '../lib/sources/claudeswarm/writer';
import { formatNaiveLocal } from '../lib/sources/claudeswarm/written-form';
import { openStream } from '../test/support/sse-client';
import type { Outcome } from './torture-report';
import { Server } from './torture-server';

export interface SlowPlan {
  clients: number;
  readers: number;
  bytesEach: number;
}

/**
 * The server drops after 30 s whoever leaves alone what is pending; the rest is for a busy machine. More than the buffers
 * of both sockets hold must be sent, or nothing is pending.
 */
const DROP_TIMEOUT_MS = 90_000;
const LARGE_BYTES = 100_000;
const MARK_INTERVAL_MS = 50;
const GROWTH_BYTES = 120 * 1024 * 1024;
const MAX_ANSWER_MS = 500;
const MARK = /^mark (\d+(?:\.\d+)?)$/;

/** Sends megabytes to clients that never read; they must be dropped, and nobody else may notice. */
export async function slowClients(folders: { root: string; history: string }, plan: SlowPlan): Promise<Outcome> {
  const server = new Server(folders.root, folders.history, { LIMIT_STREAMS_PER_CLIENT: '10000' });
  const sockets: Socket[] = [];
  const log = new LogWriter(folders.root, { rotateAtBytes: Number.MAX_SAFE_INTEGER });
  const latencies: number[] = [];
  const broken: string[] = [];
  const closers: (() => void)[] = [];
  let marking: NodeJS.Timeout | undefined;
  try {
    await server.start();
    for (let index = 0; index < plan.readers; index++) {
      const onEnd = (reason: string) => broken.push(`reader ${index} was ended: ${reason}`);
      closers.push(
        openStream({ url: `${server.url}/api/stream`, onEvent: (event) => noteMarks(event, latencies), onEnd }),
      );
    }
    marking = setInterval(() => log.appendAll([line(`mark ${performance.now()}`)]), MARK_INTERVAL_MS);
    while (latencies.length < plan.readers * 20) await delay(20);
    for (let count = 0; count < plan.clients; count++) sockets.push(await neverReads(server.port));
    latencies.length = 0;
    const base = server.residentBytes() ?? 0;
    let peak = base;
    const begun = performance.now();
    for (let sent = 0; sent < plan.bytesEach; sent += LARGE_BYTES) {
      log.appendAll([line('x'.repeat(LARGE_BYTES))]);
      await delay(10);
      peak = Math.max(peak, server.residentBytes() ?? 0);
    }
    while ((await server.openStreams()) > plan.readers && performance.now() - begun < DROP_TIMEOUT_MS) {
      await delay(100);
      peak = Math.max(peak, server.residentBytes() ?? 0);
    }
    const dropped = performance.now() - begun;
    // Its socket tells a client that it was dropped once it reads what was sent before.
    for (const socket of sockets) socket.resume();
    while (sockets.some(({ closed }) => !closed) && performance.now() - begun < DROP_TIMEOUT_MS) await delay(10);
    const left = sockets.filter(({ closed }) => !closed).length;
    const sorted = [...latencies].sort((one, other) => one - other);
    const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? Number.POSITIVE_INFINITY;
    const growth = peak - base;
    return {
      facts:
        `${plan.clients} clients that never read, ${megabytes(plan.bytesEach)} MB for each: all dropped after ` +
        `${(dropped / 1000).toFixed(1)} s, memory +${megabytes(growth)} MB at most; ${sorted.length} messages at ` +
        `${plan.readers} readers: median ${at(sorted, 0.5)} ms, p99 ${at(sorted, 0.99)} ms`,
      faults: [
        ...broken,
        ...(left > 0 ? [`${left} are still served`] : []),
        ...(sorted.length === 0 ? ['the readers got nothing'] : []),
      ],
      slow: [
        ...(growth > GROWTH_BYTES ? [`memory grew by ${megabytes(growth)} MB`] : []),
        ...(p99 > MAX_ANSWER_MS ? [`p99 of the others: ${p99.toFixed(0)} ms`] : []),
      ],
    };
  } finally {
    clearInterval(marking);
    log.close();
    for (const close of closers) close();
    for (const socket of sockets) socket.destroy();
    await server.stop('SIGKILL');
  }
}

/** Opens as many streams as there are places at once, and one more. */
export async function crowd(folders: { root: string; history: string }, clients: number): Promise<Outcome> {
  const server = new Server(folders.root, folders.history, {
    LIMIT_STREAMS: String(clients),
    LIMIT_STREAMS_PER_CLIENT: String(clients),
  });
  const answers: IncomingMessage[] = [];
  try {
    await server.start();
    const begun = performance.now();
    const results = await Promise.all(Array.from({ length: clients }, () => firstEvent(server.url, answers)));
    const took = performance.now() - begun;
    const refused = results.filter((result) => result !== 'connected');
    const memory = server.residentBytes() ?? 0;
    const oneMore = await firstEvent(server.url, answers);
    const { status } = await fetch(`${server.url}/api/agents`);
    return {
      facts:
        `${clients} at once: all connected after ${(took / 1000).toFixed(1)} s, ${megabytes(memory)} MB; one more: ` +
        `${oneMore}; /api/agents: ${status}`,
      faults: [
        ...(refused.length > 0 ? [`${refused.length} were refused, the first with ${refused[0]}`] : []),
        ...(oneMore === 'status 503, Retry-After' ? [] : [`one more was answered with: ${oneMore}`]),
        ...(status === 200 ? [] : ['others were not served']),
      ],
    };
  } finally {
    for (const answer of answers) answer.destroy();
    await server.stop('SIGKILL');
  }
}

function line(content: string): object {
  const recipients = ['agent-2'];
  const timestamp = formatNaiveLocal(Date.now());
  const delivery = { delivery_status: { 'agent-2': true }, success_count: 1, failure_count: 0 };
  return { sender: 'agent-1', timestamp, msg_type: 'INFO', content, recipients, msg_id: 'm', ...delivery };
}

function noteMarks({ name, data }: { name: string; data: string }, latencies: number[]): void {
  if (name !== 'messages') return;
  const now = performance.now();
  for (const { content } of (JSON.parse(data) as MessagesEvent).messages) {
    const [, sent] = MARK.exec(String(content)) ?? [];
    if (sent !== undefined) latencies.push(now - Number(sent));
  }
}

/** A client that asks for the stream and never reads a byte of it. */
function neverReads(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').pause();
    socket.on('error', () => socket.destroy());
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.write('GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', () => resolve(socket));
    });
  });
}

/** @returns `connected`, or how it was refused; an open answer is kept open */
function firstEvent(url: string, answers: IncomingMessage[]): Promise<string> {
  return new Promise((resolve) => {
    const request = get(`${url}/api/stream`, { agent: false }, (answer) => {
      answers.push(answer);
      answer.on('error', () => {});
      if (answer.statusCode !== 200) {
        const again = answer.headers['retry-after'] === undefined ? 'no Retry-After' : 'Retry-After';
        resolve(`status ${answer.statusCode}, ${again}`);
      }
      let text = '';
      answer.on('data', (bytes: Buffer) => {
        if (text.length < 200) text += bytes;
        if (text.includes('event: connected')) resolve('connected');
      });
    });
    request.on('error', (error) => resolve(error.message));
  });
}

function at(sorted: readonly number[], share: number): string {
  return (sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(0);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
