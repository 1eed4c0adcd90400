/** Decides whether the agent that took a lock still has its id, and still exists. */
import { formatInstant } from '../contract/instant';
import type { Agent, AgentsAnswer, DepartedAgent, Lock } from '../contract/schemas';

/** The facts about a lock's holder. */
export interface Holder {
  orphaned: boolean | null;
  former: Lock['former_holder'];
}

/** A holder about which nothing is known. */
const UNKNOWN: Holder = { orphaned: null, former: null };
const UNLISTED: Holder = { orphaned: true, former: null };
const PRESENT: Holder = { orphaned: false, former: null };

/** The facts about an id that the registry lists. */
interface Listed {
  /** When its present life began, milliseconds since 1970; null where no earlier agent with the id is known. */
  began: number | null;
  /** The holder of a lock that was taken before. */
  former: Holder;
  /** The holder of any other lock. */
  now: Holder;
}

export class LockHolders {
  readonly #listed = new Map<string, Agent[]>();
  readonly #departed = new Map<string, DepartedAgent[]>();
  readonly #formerEnds: ReadonlyMap<string, number>;
  readonly #readable: boolean;
  /** Computed once for each id: a holder may have thousands of locks. */
  readonly #answers = new Map<string, Listed>();
  /** Changes exactly when an answer may change. */
  readonly key: string;

  /**
   * @param answer null while the registry can't be read
   * @param formerEnds when the agent that had an id before its present one was gone, milliseconds since 1970
   */
  constructor(answer: AgentsAnswer | null, formerEnds: ReadonlyMap<string, number>) {
    for (const agent of answer?.agents ?? []) {
      this.#listed.set(agent.id, [...(this.#listed.get(agent.id) ?? []), agent]);
    }
    for (const agent of answer?.departed ?? []) {
      this.#departed.set(agent.id, [...(this.#departed.get(agent.id) ?? []), agent]);
    }
    this.#formerEnds = formerEnds;
    this.#readable = answer !== null;
    this.key = JSON.stringify([
      this.#readable,
      answer?.agents.map(({ id, health, moved_to, life_began_at }) => [id, health === 'dead', moved_to, life_began_at]),
      answer?.departed.map(({ id, moved_to, left_at }) => [id, moved_to, left_at]),
      [...formerEnds],
    ]);
  }

  /**
   * @param agentId as written in the lock's file
   * @param lockedAt milliseconds since 1970, null where the file has no time
   */
  of(agentId: unknown, lockedAt: number | null): Holder {
    if (!this.#readable) return UNKNOWN;
    const id = typeof agentId === 'string' ? agentId : '';
    const listed = this.#answers.get(id) ?? this.#listedAs(id);
    if (listed === null) return this.#unlisted(id, lockedAt);
    return listed.began !== null && lockedAt !== null && lockedAt < listed.began ? listed.former : listed.now;
  }

  #listedAs(id: string): Listed | null {
    const listed = this.#listed.get(id) ?? [];
    const [first] = listed;
    if (!first) return null;
    const began = least(listed.map(({ life_began_at }) => (life_began_at === null ? null : Date.parse(life_began_at))));
    const since = this.#formerEnds.get(id) ?? began;
    const present = listed.filter(({ health }) => health !== 'moved');
    const answer: Listed = {
      began,
      former: {
        orphaned: true,
        former: { reason: 'replaced', since: since === null ? null : formatInstant(since), now: null },
      },
      now:
        present.length === 0
          ? this.#moved(first.moved_to)
          : present.every(({ health }) => health === 'dead')
            ? UNLISTED
            : PRESENT,
    };
    this.#answers.set(id, answer);
    return answer;
  }

  #unlisted(id: string, lockedAt: number | null): Holder {
    const lives = this.#departed.get(id) ?? [];
    // The newest life that had begun when the lock was taken.
    const departed = lives.find(({ life_began_at }) => hadBegun(life_began_at, lockedAt)) ?? lives[0];
    if (!departed) return UNLISTED;
    if (departed.moved_to !== null) return { ...this.#moved(departed.moved_to), orphaned: true };
    return { orphaned: true, former: { reason: 'left', since: departed.left_at, now: null } };
  }

  /** Orphaned if the agent is dead; an agent that is alive under another id still holds it. */
  #moved(to: string | null): Holder {
    const successors = this.#listed.get(to ?? '') ?? [];
    const orphaned = successors.length === 0 || successors.every(({ health }) => health === 'dead');
    return { orphaned, former: { reason: 'moved', since: null, now: to } };
  }
}

function hadBegun(life: string | null, lockedAt: number | null): boolean {
  return life === null || lockedAt === null || Date.parse(life) <= lockedAt;
}

/** @returns null if one of them is null: no earlier agent with that id is known */
function least(times: readonly (number | null)[]): number | null {
  return times.includes(null) ? null : Math.min(...(times as number[]));
}
