/** Agents that moved: their process or pane is listed under another id now. */
import { readInstant } from '../sources/claudeswarm/naive-time';
import { isPid } from '../sources/processes/processes';
import type { Life } from './agent-lives';

/** A pid or pane that more entries list does not identify an agent, and comparing all of them takes long. */
const MAX_ALIKE = 100;

/** The id under which the process or pane of an agent is listed now, and the evidence. */
export interface Moved {
  to: string;
  by: string;
}

/** Finds under which other id the process or pane of an entry is listed now; unknown where more than 100 list it. */
export class Successors {
  readonly #byPid = new Map<number, Life[]>();
  readonly #byPane = new Map<string, Life[]>();
  readonly #lastSeen = new Map<Life, number>();

  constructor(listed: readonly Life[]) {
    for (const life of listed) {
      const { pid, tmux_pane_id: pane } = life.entry;
      if (isPid(pid)) addTo(this.#byPid, pid, life);
      if (typeof pane === 'string') addTo(this.#byPane, pane, life);
    }
  }

  of(life: Life): Moved | null {
    const { pid, tmux_pane_id: pane } = life.entry;
    const byPid = isPid(pid) ? this.#newerThan(life, this.#byPid.get(pid)) : null;
    if (byPid) return { to: byPid.entry.id, by: `the same process (pid ${pid})` };
    if (typeof pane !== 'string') return null;
    // Two tmux servers give the same pane ids, and a restarted one gives them again: only the processes distinguish
    // them.
    const byPane = this.#newerThan(life, this.#byPane.get(pane), (other) => !areTwo(other, life));
    return byPane && { to: byPane.entry.id, by: `the same pane (${pane})` };
  }

  #newerThan(life: Life, alike: readonly Life[] = [], fits = (_: Life) => true): Life | null {
    if (alike.length > MAX_ALIKE) return null;
    return alike.find((other) => this.#isNewer(other, life) && fits(other)) ?? null;
  }

  /** The swarm's tool keeps the entry of a pane that vanished, as `stale` and with its old `last_seen`. */
  #isNewer(other: Life, life: Life): boolean {
    if (other.entry.id === life.entry.id) return false;
    if (life.leftAt !== null) return true;
    const stale = [other, life].map(({ entry }) => entry.status === 'stale');
    if (stale[0] !== stale[1]) return stale[1] === true;
    return this.#lastSeenAlive(other) > this.#lastSeenAlive(life);
  }

  #lastSeenAlive(life: Life): number {
    const known = this.#lastSeen.get(life);
    if (known !== undefined) return known;
    const lastSeen = readInstant(life.entry.last_seen, 'UTC')?.milliseconds ?? Number.NEGATIVE_INFINITY;
    this.#lastSeen.set(life, lastSeen);
    return lastSeen;
  }
}

function addTo<Key>(groups: Map<Key, Life[]>, key: Key, life: Life): void {
  const group = groups.get(key);
  if (group) group.push(life);
  else groups.set(key, [life]);
}

/** Whether the processes of two entries of one pane are known to differ, or one is known to be gone. */
function areTwo(one: Life, other: Life): boolean {
  const known = [one, other].every(({ sight }) => typeof sight === 'object');
  return one.entry.pid !== other.entry.pid && (known || other.claudeSeen);
}
