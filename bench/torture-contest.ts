/** Commands about locks: eight processes compete, of the swarm's own tool, of this product, and of both; and very many locks. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { LockWriter } from '../lib/sources/claudeswarm/lock-writer';
import { createLock } from '../lib/sources/claudeswarm/writer';
import { type ContestResult, type Kind, lockContest } from './lock-contest';
import { longestHolds, OwnHolds } from './loop-holds';
import type { Outcome } from './torture-report';

const PROCESSES = 8;

const CONTESTS: readonly { name: string; kindOf: (process: number) => Kind }[] = [
  // The measure of what its own races cost.
  { name: 'original alone', kindOf: () => 'original' },
  { name: 'ours alone', kindOf: () => 'ours' },
  { name: 'both', kindOf: (process) => (process % 2 === 0 ? 'ours' : 'original') },
];

/**
 * Two holders of overlapping paths at one moment are a fault where the later of them is this product's. Those of which the
 * swarm's tool is the later one are counted only.
 *
 * @param root an existing folder
 * @param attempts of all processes of one contest together
 */
export async function tortureContest(root: string, attempts: number): Promise<Outcome> {
  const facts: string[] = [];
  const faults: string[] = [];
  for (const [index, { name, kindOf }] of CONTESTS.entries()) {
    const folder = path.join(root, `contest-${index}`);
    mkdirSync(folder);
    const kinds = Array.from({ length: PROCESSES }, (_, process) => kindOf(process));
    const result = await lockContest(folder, kinds, { attempts, seed: 1000 * index + 17 });
    facts.push(`${name}: ${heldWords(result)}, ${countWords(result)}`);
    faults.push(...faultsOf(name, result));
  }
  return { facts: facts.join('; '), faults };
}

function heldWords({ held }: ContestResult): string {
  const parts = [held.ours > 0 && `ours held ${held.ours}`, held.original > 0 && `the original ${held.original}`];
  return parts.filter(Boolean).join(', ');
}

function countWords({ both }: ContestResult): string {
  const counts = new Map<string, number>();
  for (const { pair } of both) {
    const kinds = pair.map(({ kind }) => kind).join(', then ');
    counts.set(kinds, (counts.get(kinds) ?? 0) + 1);
  }
  if (counts.size === 0) return 'never two holders';
  return [...counts].map(([kinds, count]) => `${count} times two holders (${kinds})`).join(', ');
}

/** Who begins to hold a path beside another is at fault: this product never, the tool by the races that it has. */
function faultsOf(name: string, { both, held }: ContestResult): string[] {
  const found = both
    .filter(({ pair: [, later] }) => later.kind === 'ours')
    .map(({ pair: [one, other], kinds }) => {
      const words = [one, other].map(({ agentId, path, from, until }) => `${agentId} ${path} ${from}..${until}`);
      return `${name}: two holders (${kinds}): ${words.join(' and ')}`;
    });
  return held.ours + held.original === 0 ? [`${name}: no lock was ever held`] : found;
}

/**
 * The commands share the event loop with all viewers. Judged by the time for which the thread ran: on a busy machine it
 * also waits for a processor, and disks wait for each other.
 */
const MAX_LOOP_DELAY_MS = 50;

/** Acquires, refreshes and releases among very many locks, a tenth of them patterns, and lists those past the timeout. */
export async function tortureCommandsAmongMany(root: string, locks: number): Promise<Outcome> {
  const writer = new LockWriter(root);
  const request = { agentId: 'agent-1', reason: '', staleSeconds: 300 };
  await writer.acquire({ ...request, filepath: 'README.md' });
  for (let index = 0; index < locks; index++) {
    const filepath = index % 10 === 0 ? `src/${index}/*/[a-z]*.ts` : `src/${index}/app.ts`;
    createLock(root, { agentId: `agent-${2 + (index % 20)}`, filepath, reason: '', now: Date.now() });
  }
  const facts: string[] = [];
  const slow: string[] = [];
  const faults: string[] = [];
  const commands: [name: string, wanted: string, run: () => Promise<string>][] = [
    ['acquire', 'acquired', async () => (await writer.acquire({ ...request, filepath: 'lib/*' })).outcome],
    ['refresh', 'refreshed', async () => (await writer.acquire({ ...request, filepath: 'lib/*' })).outcome],
    ['refuse', 'conflict', async () => (await writer.acquire({ ...request, filepath: 'src/*' })).outcome],
    ['list', '0', async () => String((await writer.findStale(300)).length)],
    ['release', 'released', async () => (await writer.release('agent-1', 'lib/*')).outcome],
  ];
  for (const [name, wanted, run] of commands) {
    const holds = new OwnHolds();
    const begun = performance.now();
    const outcome = await run();
    const took = Math.round(performance.now() - begun);
    const { byClock, byThread } = longestHolds(holds.stop());
    const [held, ran] = [byClock.held, byThread.ran].map(Math.round);
    facts.push(`${name} ${took} ms, event loop held ${held} ms, of which the thread ran at most ${ran} ms`);
    if (outcome !== wanted) faults.push(`${name}: ${outcome} instead of ${wanted}`);
    if ((ran ?? 0) > MAX_LOOP_DELAY_MS) slow.push(`${name}: the event loop was held for ${ran} ms of its own time`);
  }
  return { facts: `${locks} locks: ${facts.join('; ')}`, faults, slow };
}
