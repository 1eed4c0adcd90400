/**
 * Processes that compete for locks on paths and patterns that overlap. Each notes when it held what, so that two holders
 * at one moment are found by their own account.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { patternsOverlap } from '../lib/contract/fnmatch';
import { Random } from '../lib/simulator/random';
import { createLock } from '../lib/sources/claudeswarm/writer';

/** 20 paths, six of them patterns. */
export const CONTESTED_PATHS: readonly string[] = [
  ...['src/a.ts', 'src/b.ts', 'src/c.ts', 'src/d.ts', 'src/deep/a.ts', 'src/deep/b.ts'],
  ...['docs/a.md', 'docs/b.md', 'docs/c.md', 'lib/x.ts', 'lib/y.ts', 'lib/z.ts', 'app/page.tsx', 'README.md'],
  ...['src/*', 'src/?.ts', 'src/[ab].ts', 'docs/*.md', 'lib/[xy].ts', '*.tsx'],
];

const HOUR_MS = 3_600_000;
const MAX_PLANT_INTERVAL_MS = 40;

export type Kind = 'ours' | 'original';

export interface ContestantPlan {
  root: string;
  kind: Kind;
  agentId: string;
  attempts: number;
  seed: number;
}

/** Microseconds of the system's monotonic clock, which all processes share. */
export interface HeldInterval {
  kind: Kind;
  agentId: string;
  path: string;
  from: number;
  until: number;
  /** Whether the lock was still its own when it released it. */
  released: boolean;
}

export interface ContestResult {
  /** How often a lock was held, by kind. */
  held: Record<Kind, number>;
  /** Pairs of holders of overlapping paths at one moment. */
  both: { pair: [HeldInterval, HeldInterval]; kinds: string }[];
}

/**
 * Runs one process for each kind in the list, while locks past the timeout are planted.
 *
 * @param root an existing folder
 * @param attempts of all processes together
 */
export async function lockContest(
  root: string,
  kinds: readonly Kind[],
  { attempts, seed }: { attempts: number; seed: number },
): Promise<ContestResult> {
  const random = new Random(seed);
  let running = kinds.length;
  const contestants = kinds.map(async (kind, index) => {
    const each = Math.ceil(attempts / kinds.length);
    try {
      return await contestant({ root, kind, agentId: `agent-${index}`, attempts: each, seed: seed + index });
    } finally {
      running--;
    }
  });
  const planting = (async () => {
    while (running > 0) {
      plantStale(root, random);
      await delay(random.integer(1, MAX_PLANT_INTERVAL_MS));
    }
  })();
  const intervals = (await Promise.all(contestants)).flat();
  await planting;
  const count = (wanted: Kind) => intervals.filter(({ kind }) => kind === wanted).length;
  return { held: { ours: count('ours'), original: count('original') }, both: simultaneous(intervals) };
}

/** @returns all pairs of intervals of different agents that overlap in time, on paths that overlap */
export function simultaneous(intervals: readonly HeldInterval[]): ContestResult['both'] {
  const sorted = intervals.toSorted((one, other) => one.from - other.from);
  const found: ContestResult['both'] = [];
  let open: HeldInterval[] = [];
  for (const next of sorted) {
    open = open.filter(({ until }) => until > next.from);
    for (const other of open) {
      if (other.agentId === next.agentId || !patternsOverlap(other.path, next.path)) continue;
      found.push({ pair: [other, next], kinds: [other.kind, next.kind].sort().join(' and ') });
    }
    open.push(next);
  }
  return found;
}

async function contestant(plan: ContestantPlan): Promise<HeldInterval[]> {
  const program = join(import.meta.dirname, 'lock-contestant.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number | null]>]);
  if (code !== 0) throw new Error(`A contestant (${plan.kind}) ended with exit code ${code}.`);
  return JSON.parse(output) as HeldInterval[];
}

/** A lock of an agent that is gone, on one of the paths; none if that is locked. */
function plantStale(root: string, random: Random): void {
  const filepath = random.pick(CONTESTED_PATHS);
  try {
    createLock(root, { agentId: 'agent-ghost', filepath, reason: '', now: Date.now() - HOUR_MS });
  } catch {
    // The folder of locks does not exist before the first lock.
  }
}
