/** Eight processes compete for locks: of the swarm's own tool, of this product, and of both together. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type ContestResult, type Kind, lockContest } from './lock-contest';
import type { Outcome } from './torture-report';

const PROCESSES = 8;

const CONTESTS: readonly { name: string; kindOf: (process: number) => Kind }[] = [
  // The measure of what its own races cost.
  { name: 'original alone', kindOf: () => 'original' },
  { name: 'ours alone', kindOf: () => 'ours' },
  { name: 'both', kindOf: (process) => (process % 2 === 0 ? 'ours' : 'original') },
];

/**
 * Two holders of overlapping paths at one moment are a fault where one of them is this product's; among processes of the
 * swarm's tool they are counted only.
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
  for (const { kinds } of both) counts.set(kinds, (counts.get(kinds) ?? 0) + 1);
  if (counts.size === 0) return 'never two holders';
  return [...counts].map(([kinds, count]) => `${count} times two holders (${kinds})`).join(', ');
}

function faultsOf(name: string, { both, held }: ContestResult): string[] {
  const found = both
    .filter(({ kinds }) => kinds.includes('ours'))
    .map(({ pair: [one, other], kinds }) => {
      const words = [one, other].map(({ agentId, path, from, until }) => `${agentId} ${path} ${from}..${until}`);
      return `${name}: two holders (${kinds}): ${words.join(' and ')}`;
    });
  return held.ours + held.original === 0 ? [`${name}: no lock was ever held`] : found;
}
