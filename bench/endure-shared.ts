/** Several processes on one history, each killed at any moment, with clients that move from one to the other. */
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../lib/simulator/random';
import { LogWriter } from '../lib/sources/claudeswarm/writer';
import { compare, compareWithWriters, faultsOf, traceNumber } from './torture-checks';
import { Follower } from './torture-follower';
import type { Outcome } from './torture-report';
import { Server } from './torture-server';
import { tracedLine } from './torture-writer';

export interface SharedPlan {
  processes: number;
  kills: number;
  clients: number;
}

const WRITE_EVERY_MS = 20;
const LARGEST_BATCH = 5;
const WRITER = 1;
const LONGEST_PAUSE_MS = 1000;
/** So often a client breaks off by itself, to come back to another process. */
const MOVE_EVERY_MS = 100;
const ARRIVAL_DEADLINE_MS = 60_000;

/**
 * Kills one process after the other while messages are written. Every message must be recorded once and reach every client
 * once and in order, and since nothing is lost, nobody may be told of a gap.
 */
export async function shared(folders: { root: string; history: string }, plan: SharedPlan): Promise<Outcome> {
  const random = new Random(plan.kills);
  const servers = Array.from({ length: plan.processes }, () => new Server(folders.root, folders.history));
  const anyUrl = () => random.pick(servers).url;
  const followers = Array.from({ length: plan.clients }, (_, index) => new Follower(anyUrl, new Random(index)));
  const log = new LogWriter(folders.root, { rotateAtBytes: Number.MAX_SAFE_INTEGER });
  let written = 0;
  const write = () => {
    const lines = Array.from({ length: random.integer(1, LARGEST_BATCH) }, () => tracedLine(random, WRITER, written++));
    log.appendAll(lines);
  };
  write();
  const timers = [setInterval(write, WRITE_EVERY_MS)];
  try {
    for (const server of servers) await server.start();
    for (const follower of followers) follower.connect();
    timers.push(setInterval(() => random.pick(followers).connect(), MOVE_EVERY_MS));
    for (let count = 0; count < plan.kills; count += 1) {
      const server = random.pick(servers);
      await server.stop('SIGKILL');
      await delay(random.integer(0, LONGEST_PAUSE_MS));
      await server.start();
      await delay(random.integer(0, LONGEST_PAUSE_MS));
    }
    for (const timer of timers) clearInterval(timer);
    await arrived(followers, traceNumber(WRITER, written - 1));
    const faults = await faultsAt(servers, followers, written);
    const connections = followers.reduce((sum, follower) => sum + follower.connections, 0);
    const gaps = followers.reduce((sum, { gapsSaid }) => sum + gapsSaid, 0);
    return {
      facts:
        `${plan.processes} processes, ${plan.kills} kills, ${written} messages, ${plan.clients} clients over ` +
        `${connections} connections, ${gaps} gaps said`,
      faults,
    };
  } finally {
    for (const timer of timers) clearInterval(timer);
    log.close();
    for (const follower of followers) follower.disconnect();
    await Promise.all(servers.map((server) => server.stop('SIGKILL')));
  }
}

async function arrived(followers: readonly Follower[], last: number): Promise<void> {
  const begun = performance.now();
  const missing = () => followers.some(({ received }) => received.at(-1)?.trace !== last);
  while (missing() && performance.now() - begun < ARRIVAL_DEADLINE_MS) await delay(20);
}

async function faultsAt(servers: readonly Server[], followers: readonly Follower[], written: number) {
  const faults: string[] = [];
  const note = (where: string, fault: string | null) => fault !== null && faults.push(`${where}: ${fault}`);
  const histories = await Promise.all(servers.map((server) => server.history()));
  for (const [index, { backwards }] of histories.entries())
    note(`history of process ${index}`, faultsOf(compareWithWriters(backwards, new Map([[WRITER, written]]))));
  for (const [index, { received, gapsSaid, faults: own }] of followers.entries()) {
    const client = `client ${index}`;
    note(client, faultsOf(compare(received, histories[0]?.backwards ?? [])));
    if (gapsSaid > 0) note(client, `was told of a gap ${gapsSaid} times`);
    for (const fault of own) note(client, fault);
  }
  return faults;
}
