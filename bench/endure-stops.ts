/** Stops the server repeatedly at random moments, with open streams and active writers. */
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../lib/simulator/random';
import { Follower } from './torture-follower';
import type { Outcome } from './torture-report';
import { Server } from './torture-server';
import { followerFaults, TracedTraffic } from './traced-traffic';

interface StopsPlan {
  signal: 'SIGTERM' | 'SIGKILL';
  times: number;
  clients: number;
}

const STOP_TIMEOUT_MS = 5000;
/** A start takes about a second: some kills happen during it. */
const MAX_LIFE_MS = 2500;

/**
 * Stops and starts a server at random moments, then checks that the history and every client have each message
 * exactly once and in order.
 */
export async function stops(folders: { root: string; history: string }, plan: StopsPlan): Promise<Outcome> {
  const random = new Random(plan.times);
  const server = new Server(folders.root, folders.history);
  const followers: Follower[] = [];
  const traffic = new TracedTraffic(folders.root, random);
  try {
    await server.start();
    for (let index = 0; index < plan.clients; index++) followers.push(new Follower(server.url, new Random(index)));
    for (const follower of followers) follower.connect();
    const stopped = await stopAgainAndAgain(server, plan, random);
    traffic.stop();
    await server.start();
    await traffic.arrived(followers);
    const { backwards } = await server.history();
    const inHistory = traffic.historyFault(backwards);
    const faults = [
      ...stopped.faults,
      ...(inHistory === null ? [] : [`history: ${inHistory}`]),
      ...followerFaults(followers, backwards),
    ];
    const connections = followers.reduce((sum, follower) => sum + follower.connections, 0);
    return {
      facts:
        `${plan.times} times ${plan.signal}, ${traffic.written} messages, ${plan.clients} clients over ${connections} ` +
        `connections, ${stopped.atStart} stops before it answered; ${stopped.facts}`,
      faults,
    };
  } finally {
    traffic.close();
    for (const follower of followers) follower.disconnect();
    await server.stop('SIGKILL');
  }
}

async function stopAgainAndAgain(server: Server, { signal, times }: StopsPlan, random: Random) {
  const faults: string[] = [];
  const took: number[] = [];
  let atStart = 0;
  for (let count = 0; count < times; count++) {
    let answered = count === 0;
    // It may be stopped before it answers, which makes its start fail.
    const started = answered
      ? Promise.resolve()
      : server.start().then(
          () => {
            answered = true;
          },
          () => {},
        );
    // It stops in order only after it has installed its signal handlers; a user cannot press Ctrl-C earlier either. On
    // a busy machine nearly every kill would happen during a start: half of them wait for its end.
    if (signal === 'SIGTERM' || random.chance(0.5)) await started;
    await delay(random.integer(0, MAX_LIFE_MS));
    if (!answered) atStart += 1;
    const begun = performance.now();
    const exitCode = await server.stop(signal);
    took.push(performance.now() - begun);
    if (signal === 'SIGTERM' && exitCode !== 0) faults.push(`stop ${count} ended with exit code ${exitCode}`);
    if (signal === 'SIGTERM' && (took.at(-1) ?? 0) > STOP_TIMEOUT_MS) faults.push(`stop ${count} took over 5 s`);
    await started;
  }
  const longest = Math.round(Math.max(...took));
  return { faults, atStart, facts: signal === 'SIGTERM' ? `the longest stop took ${longest} ms` : 'killed at once' };
}
