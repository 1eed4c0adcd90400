/**
 * One process that acquires and releases locks, either as this product does or as the swarm's own tool does, and notes
 * when it held which. Its arguments are one JSON object; its last line of output is the list of what it held.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../lib/simulator/random';
import { LockWriter } from '../lib/sources/claudeswarm/lock-writer';
import { OriginalLocks } from '../test/support/original-locks';
import { CONTESTED_PATHS, type ContestantPlan, type HeldInterval } from './lock-contest';

/** Far longer than any lock is held here: only planted locks are past it. */
const TIMEOUT_SECONDS = 300;

interface Locks {
  acquire(path: string): Promise<boolean>;
  release(path: string): Promise<boolean>;
}

function ownLocks(root: string, agentId: string): Locks {
  const writer = new LockWriter(root);
  return {
    acquire: async (filepath) => {
      const { outcome } = await writer.acquire({ agentId, filepath, reason: 'contest', staleSeconds: TIMEOUT_SECONDS });
      return outcome === 'acquired' || outcome === 'refreshed';
    },
    release: async (filepath) => (await writer.release(agentId, filepath)).outcome === 'released',
  };
}

function originalLocks(root: string, agentId: string, random: Random): Locks {
  const locks = new OriginalLocks(root, random);
  return {
    acquire: (path) => locks.acquire(agentId, path, 'contest', TIMEOUT_SECONDS),
    release: async (path) => locks.release(agentId, path),
  };
}

const { root, kind, agentId, attempts, seed } = JSON.parse(process.argv[2] ?? '') as ContestantPlan;
const random = new Random(seed);
const locks = kind === 'ours' ? ownLocks(root, agentId) : originalLocks(root, agentId, random);
const held: HeldInterval[] = [];
for (let attempt = 0; attempt < attempts; attempt++) {
  const path = random.pick(CONTESTED_PATHS);
  if (await locks.acquire(path)) {
    const from = process.hrtime.bigint();
    await delay(random.integer(0, 4));
    const until = process.hrtime.bigint();
    const released = await locks.release(path);
    held.push({ kind, agentId, path, from: Number(from / 1000n), until: Number(until / 1000n), released });
  }
  await delay(random.integer(0, 3));
}
process.stdout.write(`${JSON.stringify(held)}\n`);
