/** Single hard moments: a burst, a line that is cut off, more rotations than one outage can bear, a first long read. */
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Sources } from '../lib/contract/schemas';
import { Random } from '../lib/simulator/random';
import { LOG_NAME } from '../lib/sources/claudeswarm/message-log';
import { LogWriter } from '../lib/sources/claudeswarm/writer';
import { writeBacklog } from '../test/support/backlog';
import { longestHolds, measuringHolds, readHolds } from './loop-holds';
import { traceNumber } from './torture-checks';
import { type Follower, StateWatch } from './torture-follower';
import type { Outcome } from './torture-report';
import { Server } from './torture-server';
import { tracedLine } from './torture-writer';

const BURST_WRITER = 50;
const OUTAGE_WRITER = 51;
const ARRIVAL_DEADLINE_MS = 30_000;
const MAX_HOLD_MS = 50;
const MAX_MEMORY_BYTES = 512 * 1024 * 1024;

function tracedLines(writer: number, count: number, from = 0): object[] {
  const random = new Random(writer);
  return Array.from({ length: count }, (_, index) => tracedLine(random, writer, from + index));
}

/** Writes many messages at once; every client must get them whole and in order. */
export async function burst(root: string, followers: readonly Follower[], messages: number): Promise<Outcome> {
  const before = followers.map(({ received }) => received.length);
  const begun = performance.now();
  const log = new LogWriter(root, { rotateAtBytes: Number.MAX_SAFE_INTEGER });
  log.appendAll(tracedLines(BURST_WRITER, messages));
  log.close();
  const complete = () => followers.every(({ received }, index) => received.length - (before[index] ?? 0) >= messages);
  while (!complete() && performance.now() - begun < ARRIVAL_DEADLINE_MS) await delay(5);
  const took = performance.now() - begun;
  const faults = followers.flatMap(({ received }, index) => {
    const got = received.slice(before[index]).map(({ trace }) => trace);
    const right = got.length === messages && got.every((trace, serial) => trace === traceNumber(BURST_WRITER, serial));
    return right ? [] : [`client ${index} got ${got.length} of ${messages}, or not in order`];
  });
  return {
    facts: `${messages} messages in one write at ${followers.length} clients after ${Math.round(took)} ms`,
    faults,
  };
}

/** A line that is cut off counts as skipped, once, and never shows as a message. */
export async function cutLine(server: Server, root: string): Promise<Outcome> {
  const watch = new StateWatch<Sources>(server.url, 'sources');
  const skipped = ({ log }: Sources) => log.skipped.reduce((sum, { count }) => sum + count, 0);
  await watch.until(() => true);
  const before = watch.latest ? skipped(watch.latest) : 0;
  const { message_count: messages } = await server.stats();
  appendFileSync(path.join(root, LOG_NAME), '{"sender": "agent-1", "content": "cut o');
  const log = new LogWriter(root);
  log.appendAll(tracedLines(OUTAGE_WRITER, 1));
  log.close();
  const counted = await watch.until((sources) => skipped(sources) === before + 1);
  watch.close();
  const { message_count: now } = await server.stats();
  const faults = counted === null ? ['the line was not counted as skipped'] : [];
  if (now !== messages + 1) faults.push(`${now - messages} messages more instead of 1`);
  return { facts: `skipped lines ${before} -> ${before + (counted === null ? 0 : 1)}`, faults };
}

/** Two rotations while the server is down destroy messages unread: that must be said, and the rest must come. */
export async function doubleRotation(server: Server, root: string, follower: Follower): Promise<Outcome> {
  const before = await servedSources(server);
  await server.stop('SIGKILL');
  const killedAt = Date.now();
  const log = new LogWriter(root, { rotateAtBytes: 20_000 });
  const wanted = log.rotations + 3;
  let serial = 1;
  while (log.rotations < wanted) {
    log.appendAll(tracedLines(OUTAGE_WRITER, 1, serial));
    serial += 1;
  }
  log.close();
  const gapsSaid = follower.gapsSaid;
  await server.start();
  const last = traceNumber(OUTAGE_WRITER, serial - 1);
  const begun = performance.now();
  while (follower.received.at(-1)?.trace !== last && performance.now() - begun < ARRIVAL_DEADLINE_MS) await delay(10);
  const after = await servedSources(server);
  const faults: string[] = [];
  if (follower.received.at(-1)?.trace !== last) faults.push('the newest message never came');
  if (after.log.gaps <= before.log.gaps)
    faults.push(`no gap is said: log.gaps ${before.log.gaps} -> ${after.log.gaps}`);
  faults.push(...lossFaults(after.log, killedAt));
  return {
    facts:
      `${wanted} rotations while it was down: sources.log.gaps ${before.log.gaps} -> ${after.log.gaps}, state ` +
      `${after.log.state} (${after.log.reason ?? 'no reason given'}); the client was told gap: ${follower.gapsSaid > gapsSaid}`,
    faults,
  };
}

/** The loss must be said exactly: from before the kill to after it, and nothing was known to be unread then. */
function lossFaults({ losses }: Sources['log'], killedAt: number): string[] {
  const loss = losses.at(-1);
  if (!loss) return ['no time is said of which messages are lost'];
  const [since, until] = [Date.parse(loss.since ?? ''), Date.parse(loss.until)];
  const isRight = since <= killedAt && until >= killedAt && until <= Date.now() && loss.unread_bytes === 0;
  return isRight ? [] : [`the loss is said as ${JSON.stringify(loss)}, killed at ${new Date(killedAt).toISOString()}`];
}

async function servedSources(server: Server): Promise<Sources> {
  const watch = new StateWatch<Sources>(server.url, 'sources');
  await watch.until(() => true);
  watch.close();
  if (!watch.latest) throw new Error('The stream sent no sources.');
  return watch.latest;
}

/** Reads a long log for the first time while somebody asks for the health all the time. */
export async function firstRead(folders: { root: string; control: string }, messages: number): Promise<Outcome> {
  const bytes = writeBacklog({ root: folders.root, messages });
  const delays = path.join(folders.control, 'loop-delay');
  const server = new Server(folders.root, path.join(folders.control, 'history.sqlite'), {
    ...measuringHolds(delays),
  });
  try {
    await server.start();
    const begun = performance.now();
    // The first request of a kind loads its code, which holds the loop once and is no matter of the reading.
    await Promise.all([server.stats(), server.messages('limit=1'), server.health()]);
    await delay(500);
    const measuredFrom = Date.now();
    const seen = { memory: 0, progress: new Set<number>(), latencies: [] as number[], messages: 0 };
    while (seen.messages < messages && performance.now() - begun < 600_000) {
      const asked = performance.now();
      const health = await server.health();
      seen.latencies.push(performance.now() - asked);
      seen.memory = Math.max(seen.memory, server.residentBytes() ?? 0);
      if (health?.backlog) seen.progress.add(health.backlog.read_bytes);
      else seen.messages = (await server.stats()).message_count;
      await delay(10);
    }
    // Only half seconds that lie wholly after the start count.
    const holds = readHolds(delays, measuredFrom + 499);
    const worst = longestHolds(holds).byClock;
    const long = holds.filter(({ held }) => held > MAX_HOLD_MS);
    const sorted = seen.latencies.sort((one, other) => one - other);
    const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
    const faults: string[] = [];
    if (seen.messages !== messages) faults.push(`${seen.messages} of ${messages} messages`);
    if (seen.progress.size < 2) faults.push('/health did not say how far the reading is');
    const slow: string[] = [];
    if (long.length > 0) {
      const when = long.map(({ at, held }) => `${held} ms at ${((at - measuredFrom) / 1000).toFixed(1)} s`);
      slow.push(`the event loop was held too long: ${when.join(', ')}`);
    }
    if (seen.memory > MAX_MEMORY_BYTES) slow.push(`memory grew to ${megabytes(seen.memory)} MB`);
    return {
      facts:
        `${messages} messages, ${megabytes(bytes)} MB in ${((performance.now() - begun) / 1000).toFixed(1)} s; event loop ` +
        `held at most ${worst.held} ms; ${sorted.length} times /health: p99 ${p99.toFixed(1)} ms, max ` +
        `${(sorted.at(-1) ?? 0).toFixed(1)} ms, ${seen.progress.size} different answers how far; memory at most ${megabytes(seen.memory)} MB`,
      faults,
      slow,
    };
  } finally {
    await server.stop('SIGKILL');
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
