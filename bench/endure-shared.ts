/** Several processes on one history, each killed at any moment, with clients that move from one to the other. */
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../lib/simulator/random';
import { Follower } from './torture-follower';
import type { Outcome } from './torture-report';
import { Server } from './torture-server';
import { followerFaults, TracedTraffic } from './traced-traffic';

export interface SharedPlan {
  processes: number;
  kills: number;
  clients: number;
}

const MAX_PAUSE_MS = 1000;
/** So often a client breaks off by itself, to come back to another process. */
const MOVE_INTERVAL_MS = 100;

/**
 * Kills one process after the other while messages are written. Every message must be recorded once and reach every client
 * once and in order, and since nothing is lost, nobody may be told of a gap.
 */
export async function shared(folders: { root: string; history: string }, plan: SharedPlan): Promise<Outcome> {
  const random = new Random(plan.kills);
  const servers = Array.from({ length: plan.processes }, () => new Server(folders.root, folders.history));
  const anyUrl = () => random.pick(servers).url;
  const followers = Array.from({ length: plan.clients }, (_, index) => new Follower(anyUrl, new Random(index)));
  const traffic = new TracedTraffic(folders.root, random);
  let moving: NodeJS.Timeout | undefined;
  try {
    for (const server of servers) await server.start();
    for (const follower of followers) follower.connect();
    moving = setInterval(() => random.pick(followers).connect(), MOVE_INTERVAL_MS);
    for (let count = 0; count < plan.kills; count += 1) {
      const server = random.pick(servers);
      await server.stop('SIGKILL');
      await delay(random.integer(0, MAX_PAUSE_MS));
      await server.start();
      await delay(random.integer(0, MAX_PAUSE_MS));
    }
    clearInterval(moving);
    traffic.stop();
    await traffic.arrived(followers);
    await traffic.readable(servers);
    const histories = await Promise.all(servers.map((server) => server.history()));
    const inHistories = histories.map(({ backwards }) => traffic.historyFault(backwards));
    const faults = [
      ...inHistories.flatMap((fault, index) => (fault === null ? [] : [`history of process ${index}: ${fault}`])),
      ...followerFaults(followers, histories[0]?.backwards ?? []),
    ];
    const connections = followers.reduce((sum, follower) => sum + follower.connections, 0);
    const gaps = followers.reduce((sum, { gapsSaid }) => sum + gapsSaid, 0);
    return {
      facts:
        `${plan.processes} processes, ${plan.kills} kills, ${traffic.written} messages, ${plan.clients} clients over ` +
        `${connections} connections, ${gaps} gaps said`,
      faults,
    };
  } finally {
    clearInterval(moving);
    traffic.close();
    for (const follower of followers) follower.disconnect();
    await Promise.all(servers.map((server) => server.stop('SIGKILL')));
  }
}
