/** What the swarm's files say, described: agents with their health, locks with their overlaps. */
import type { Agent, AgentsAnswer, Lock, LocksAnswer } from './contract/schemas';
import { describeAgents } from './swarm/agent-health';
import { findOverlaps, type LockOverlap } from './swarm/lock-overlaps';
import { type DescribedLocks, describeLocks, type LocksReader } from './swarm/locks';
import type { ProcessTable } from './swarm/processes';
import type { RegistryReader } from './swarm/registry';
import type { SwarmConfig } from './swarm/swarm-config';

interface Described {
  /** The swarm's root, absolute. */
  root: string;
  registry: RegistryReader;
  locks: LocksReader;
  processes: ProcessTable;
  config: SwarmConfig;
}

export class SwarmDescription {
  readonly #from: Described;
  readonly #known: DescribedLocks = new WeakMap();
  /** What the locks were described from, and when time alone changes the description. */
  #locksFrom: { entries: LocksReader['locks']; holders: string; until: number } | null = null;
  #agents: Agent[] = [];
  #locks: Lock[] = [];
  #overlaps: LockOverlap[] = [];

  constructor(from: Described) {
    this.#from = from;
  }

  get agents(): AgentsAnswer {
    const { registry } = this.#from.registry;
    return {
      session_name: registry?.session_name ?? null,
      session_names: registry?.session_names ?? null,
      updated_at: registry?.updated_at ?? null,
      agents: this.#agents,
    };
  }

  get locks(): LocksAnswer {
    return { locks: this.#locks, count: this.#locks.length };
  }

  get overlaps(): readonly LockOverlap[] {
    return this.#overlaps;
  }

  /**
   * Describes everything as the readers have it.
   *
   * @param newestBySender when each sender last spoke, milliseconds since 1970
   * @returns whether the locks were described anew: that costs time for each lock, so it is done only if a file, a
   *   holder or the clock gives a reason
   */
  describe(newestBySender: ReadonlyMap<string, number>, now: number): boolean {
    const { registry, locks, processes, config } = this.#from;
    this.#agents = registry.registry
      ? describeAgents(registry.registry, {
          newestMessageBySender: newestBySender,
          newestLockByHolder: newestLocks(locks.locks, now),
          processes,
          staleThresholdSeconds: config.staleThresholdSeconds,
          now,
        })
      : [];
    return this.#describeLocks(now);
  }

  #describeLocks(now: number): boolean {
    const entries = this.#from.locks.locks;
    const readable = this.#from.registry.status.state === 'ok';
    const holders = readable ? new Map(this.#agents.map(({ id, health }) => [id, health])) : null;
    const holdersKey = JSON.stringify(holders && this.#agents.map(({ id, health }) => [id, health === 'dead']));
    const from = this.#locksFrom;
    if (from && from.entries === entries && from.holders === holdersKey && now < from.until) return false;
    const staleTimeoutSeconds = this.#from.config.lockStaleTimeoutSeconds;
    this.#locks = describeLocks(entries, { holders, staleTimeoutSeconds, now, known: this.#known });
    this.#overlaps = findOverlaps(this.#locks, this.#from.root);
    const changes = entries.flatMap(({ lockedAt }) =>
      lockedAt === null ? [] : [lockedAt, lockedAt + staleTimeoutSeconds * 1000].filter((at) => at >= now),
    );
    const until = changes.reduce((soonest, at) => Math.min(soonest, at + 1), Number.POSITIVE_INFINITY);
    this.#locksFrom = { entries, holders: holdersKey, until };
    return true;
  }
}

/** A time ahead of the clock is no sign of life, and must not hide an older one that is. */
function newestLocks(entries: LocksReader['locks'], now: number): Map<string, number> {
  const newest = new Map<string, number>();
  for (const { fields, lockedAt } of entries) {
    const holder = fields.agent_id;
    if (typeof holder !== 'string' || lockedAt === null || lockedAt > now) continue;
    newest.set(holder, Math.max(newest.get(holder) ?? lockedAt, lockedAt));
  }
  return newest;
}
