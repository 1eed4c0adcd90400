/**
 * Plays a story fast for the production server, which is killed and started in between. Then random moments of
 * it are requested and compared with the chronicle of the swarm.
 */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { PastState } from '../lib/contract/past-schemas';
import { Random } from '../lib/simulator/random';
import { Simulator } from '../lib/simulator/simulator';
import { ProductionServer } from '../test/support/production-server';
import { Chronicle } from './story-chronicle';

export interface StoryPlan {
  /** Duration of the story. */
  seconds: number;
  kills: number;
  moments: number;
  seed: number;
  agents: number;
  /** Speed of the story as a multiple of real time. */
  speed: number;
}

export interface StoryOutcome {
  /** Moments with the true state, moments correctly marked as unknown, and the faults, a sentence each. */
  equal: number;
  unknown: number;
  faults: string[];
  /** Milliseconds: the unknown periods reported by the server; and the duration of each answer, sorted. */
  unknownSpans: number[];
  answers: number[];
}

/** The server reads files every half second, and writes its liveness file every second. */
const BEFORE_KILL_MS = 2500;
/** Time from the first answer until the swarm was read and journaled, on a busy machine. */
const AFTER_START_MS = 5000;
const FROM_ANY_CHANGE_MS = 500;
const ROTATE_AT_BYTES = 300_000;

interface Outage {
  killed: number;
  /** The new process was started, and answered. */
  begun: number;
  answered: number;
}

/** Needs a build. The folder is removed afterwards. */
export async function runStory(plan: StoryPlan, say: (line: string) => void = () => {}): Promise<StoryOutcome> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'story-')));
  const chronicle = new Chronicle(root);
  const simulator = new Simulator({
    root,
    seed: plan.seed,
    messagesPerSecond: plan.speed,
    agents: plan.agents,
    rotateAtBytes: ROTATE_AT_BYTES,
    onWritten: chronicle.take,
  });
  // The minimum that the swarm's tool accepts.
  writeFileSync(join(root, '.claudeswarm.yaml'), 'discovery:\n  stale_threshold: 10\nlocking:\n  stale_timeout: 60\n');
  const server = new ProductionServer({ CLAUDESWARM_ROOT: root, SWARM_HISTORY: join(root, 'history.sqlite') });
  try {
    simulator.prepare();
    await server.start();
    simulator.start();
    const since = Date.now() + AFTER_START_MS;
    const outages = await killAndStart(server, plan, say);
    const until = Date.now() - BEFORE_KILL_MS;
    await simulator.stop();
    await wait(BEFORE_KILL_MS);
    say(`Written: ${JSON.stringify(simulator.counts)}`);
    // One moment of each outage, which may be too short for a random one to fall into.
    const dead = outages.map(({ killed, begun }) => Math.floor((killed + begun) / 2));
    const others = storyMoments(chronicle, { ...plan, moments: plan.moments - dead.length }, since, until);
    return await askMoments(server, chronicle, outages, [...dead, ...others]);
  } finally {
    await simulator.stop();
    await server.stop('SIGKILL');
    rmSync(root, { recursive: true, force: true });
  }
}

async function killAndStart(server: ProductionServer, plan: StoryPlan, say: (line: string) => void): Promise<Outage[]> {
  const outages: Outage[] = [];
  const start = Date.now();
  for (let n = 1; n <= plan.kills; n++) {
    await wait(Math.max(0, start + (plan.seconds * 1000 * n) / (plan.kills + 1) - Date.now()));
    const killed = Date.now();
    await server.stop('SIGKILL');
    const begun = Date.now();
    await server.start();
    outages.push({ killed, begun, answered: Date.now() });
    say(`Kill ${n} of ${plan.kills}: nobody answered for ${Date.now() - killed} ms.`);
  }
  await wait(Math.max(0, start + plan.seconds * 1000 - Date.now()));
  return outages;
}

/** Random moments far enough from any change, in random order. */
function storyMoments(chronicle: Chronicle, { moments, seed }: StoryPlan, since: number, until: number): number[] {
  const random = new Random(seed);
  const chosen: number[] = [];
  for (let tries = 0; chosen.length < moments; tries++) {
    if (tries > moments * 1000)
      throw new Error('There are too few moments without changes: play the story more slowly.');
    const at = random.integer(since, until);
    if (chronicle.distance(at) >= FROM_ANY_CHANGE_MS) chosen.push(at);
  }
  return chosen;
}

async function askMoments(
  server: ProductionServer,
  chronicle: Chronicle,
  outages: readonly Outage[],
  moments: readonly number[],
): Promise<StoryOutcome> {
  const outcome: StoryOutcome = { equal: 0, unknown: 0, faults: [], unknownSpans: [], answers: [] };
  const spans = new Map<string, number>();
  for (const at of moments) {
    const time = new Date(at).toISOString();
    const start = performance.now();
    const state = await server.get<PastState>(`/api/state?at=${time}`);
    outcome.answers.push(performance.now() - start);
    for (const { since, until } of state.unknown) {
      if (since !== null && until !== null) spans.set(since, Date.parse(until) - Date.parse(since));
    }
    const dead = outages.some(({ killed, begun }) => killed < at && at < begun);
    if (state.unknown.length > 0) {
      outcome.unknown += 1;
      if (!isNearOutage(at, outages))
        outcome.faults.push(`${time}: ${JSON.stringify(state.unknown)}, far from any kill.`);
    } else if (dead) outcome.faults.push(`${time}: the server was dead, and claims to know.`);
    else {
      const differences = chronicle.compare(state, at);
      if (differences.length === 0) outcome.equal += 1;
      outcome.faults.push(...differences.map((sentence) => `${time}: ${sentence}`));
    }
  }
  outcome.unknownSpans = [...spans.values()].sort((a, b) => a - b);
  outcome.answers.sort((a, b) => a - b);
  const longest =
    Math.max(...outages.map(({ killed, answered }) => answered - killed)) + BEFORE_KILL_MS + AFTER_START_MS;
  if ((outcome.unknownSpans.at(-1) ?? 0) > longest)
    outcome.faults.push(`A period longer than ${longest} ms is unknown.`);
  return outcome;
}

function isNearOutage(at: number, outages: readonly Outage[]): boolean {
  return outages.some(({ killed, answered }) => at >= killed - BEFORE_KILL_MS && at <= answered + AFTER_START_MS);
}
