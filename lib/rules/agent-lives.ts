/**
 * The lives of agents' ids. The swarm's tool reuses ids: an agent is an id together with a process (pid and start) and
 * a pane. Where one of these changes, another agent has the id, and messages and locks of the former one are not its
 * own.
 */
import { readInstant } from '../sources/claudeswarm/naive-time';
import type { Registry, RegistryEntry } from '../sources/claudeswarm/registry';
import { isPid, isSameStart, type ProcessTable, type Sight } from '../sources/processes/processes';

/**
 * One agent, from when it got its id until another agent has it or it is no longer listed. Instants are milliseconds
 * since 1970.
 */
export interface Life {
  /** Its newest entry in the registry. */
  entry: RegistryEntry;
  /** Distinguishes the process from others with its pid; null while it was never observed. */
  startId: number | null;
  /** Since when it has the id; null where no change was seen. */
  beganAt: number | null;
  /** When the former agent of the id was gone; null if there was none. */
  formerEndedAt: number | null;
  /** Whether this dashboard saw a claude process at or under its pid: proof that the pid is one of this host. */
  claudeSeen: boolean;
  /** When claude was first missing; null while it runs, and where it was never seen. */
  claudeLostAt: number | null;
  /** When a registry that lists it was last read. */
  listedAt: number;
  /** When a registry that does not list it was first read; null while it is listed. */
  leftAt: number | null;
  /** The present state of its process. */
  sight: Sight;
}

/** The version of the saved JSON. Raise it when the format changes. */
const FORM = 1;

export const MAX_DEPARTED_MS = 3_600_000;
export const MAX_DEPARTED = 200;
/**
 * Every answer about agents contains those that left. Real entries have about 400 characters of JSON; beyond this many
 * characters for all of them, the entries that do not fit are dropped.
 */
export const MAX_DEPARTED_CHARACTERS = 200_000;

export class AgentLives {
  /** In the order of the registry. */
  listed: readonly Life[] = [];
  /** Agents that left within the last hour, newest first. */
  departed: readonly Life[] = [];
  /** Characters of JSON of each departed entry: most of them stay for an hour. */
  readonly #sizes = new WeakMap<RegistryEntry, number>();
  #saved = '';
  /** The lives at the last call of `save`. */
  #compared: readonly (readonly Life[])[] = [];

  /** @returns every number that may be the pid of an agent whose process is to be observed */
  *pids(registry: Registry | null): Iterable<number> {
    for (const { pid } of registry?.entries ?? []) if (isPid(pid)) yield pid;
    // A process that ended and left the registry since the last observation is observed once more.
    for (const { entry } of [...this.listed, ...this.departed]) if (isPid(entry.pid)) yield entry.pid;
  }

  /**
   * Updates the lives from a registry.
   *
   * @param registry the last one that could be read
   * @param now milliseconds since 1970
   */
  update(registry: Registry, processes: Pick<ProcessTable, 'sight'>, now: number): void {
    const known = [...this.listed, ...this.departed];
    const taken = new Set<Life>();
    const free = groupById(known);
    const listed = registry.entries.map((entry) => {
      const life = free.get(entry.id)?.find((one) => !taken.has(one) && isSameAgent(one, entry, processes));
      if (!life) return null;
      taken.add(life);
      return { ...life, entry, listedAt: now, leftAt: null };
    });
    // New agents are only known once those that are still listed are known.
    this.listed = registry.entries.map((entry, index) => {
      const former = free.get(entry.id)?.find((one) => !taken.has(one));
      const life = listed[index] ?? begin(entry, former ?? null, registry, processes, now);
      return seen(life, processes, now);
    });
    // A life counts as departed even if another process has its id now: the agent that took the locks has left.
    const gone = known.filter((life) => !taken.has(life));
    const departed = gone
      .map((life) => seen({ ...life, leftAt: life.leftAt ?? now }, processes, now))
      .filter(({ leftAt }) => leftAt !== null && now - leftAt < MAX_DEPARTED_MS)
      .sort((one, other) => (other.leftAt ?? 0) - (one.leftAt ?? 0))
      .slice(0, MAX_DEPARTED);
    this.departed = this.#fitting(departed);
  }

  /** @returns the lives whose entries together have at most MAX_DEPARTED_CHARACTERS, the first ones preferred */
  #fitting(lives: readonly Life[]): Life[] {
    let left = MAX_DEPARTED_CHARACTERS;
    return lives.filter(({ entry }) => {
      const size = this.#sizes.get(entry) ?? JSON.stringify(entry).length;
      this.#sizes.set(entry, size);
      const fits = size <= left;
      if (fits) left -= size;
      return fits;
    });
  }

  /** @returns JSON for `restore`, or null if it equals that of the last call */
  save(): string | null {
    // This is called at each description, and most of them are due to locks.
    if (this.#compared[0] === this.listed && this.#compared[1] === this.departed) return null;
    this.#compared = [this.listed, this.departed];
    const lives = [...this.listed, ...this.departed].map(({ sight: _, ...life }) => life);
    // The instant of the last listing changes all the time, and is only needed to the second.
    const text = JSON.stringify(
      lives.map(({ listedAt: _, entry: { last_seen: __, ...entry }, ...life }) => [entry, life]),
    );
    if (text === this.#saved) return null;
    this.#saved = text;
    return JSON.stringify({ form: FORM, lives });
  }

  /** Continues from what an earlier process of the dashboard saw; the next registry is compared with that. */
  restore(json: string): void {
    const saved = JSON.parse(json) as { form: number; lives: Omit<Life, 'sight'>[] };
    if (saved.form !== FORM) return;
    const lives = saved.lives.map((life): Life => ({ ...life, sight: 'unseen' }));
    this.listed = lives.filter(({ leftAt }) => leftAt === null);
    this.departed = lives.filter(({ leftAt }) => leftAt !== null);
  }
}

function groupById(lives: readonly Life[]): Map<string, Life[]> {
  const byId = new Map<string, Life[]>();
  for (const life of lives) {
    const others = byId.get(life.entry.id);
    if (others) others.push(life);
    else byId.set(life.entry.id, [life]);
  }
  return byId;
}

/** A field that an older version of the tool did not write is not evidence. */
function isSameAgent(
  { entry: before, startId }: Life,
  entry: RegistryEntry,
  processes: Pick<ProcessTable, 'sight'>,
): boolean {
  if (before.pid !== entry.pid) return false;
  if (startId !== null && isPid(entry.pid)) {
    // The registry lists the pid again after its process ended: another process has it.
    const sight = processes.sight(entry.pid, { startId: null, runningAt: entryLastSeen(entry) });
    if (typeof sight === 'object' && 'startId' in sight && !isSameStart(sight.startId, startId)) return false;
  }
  const panes = [before.tmux_pane_id, entry.tmux_pane_id];
  if (panes.every((pane) => typeof pane === 'string')) return panes[0] === panes[1];
  return before.pane_index === entry.pane_index || before.pane_index == null || entry.pane_index == null;
}

function begin(
  entry: RegistryEntry,
  former: Life | null,
  registry: Registry,
  processes: Pick<ProcessTable, 'sight'>,
  now: number,
): Life {
  const life: Life = {
    ...{ entry, startId: null, beganAt: null, formerEndedAt: null, claudeSeen: false, claudeLostAt: null },
    ...{ listedAt: now, leftAt: null, sight: 'unseen' },
  };
  if (former === null) return life;
  // The new agent has had its id since the registry was written, which was after the former one was last read in it.
  const written = readInstant(registry.updated_at, 'UTC')?.milliseconds ?? now;
  const beganAt = written > former.listedAt && written <= now ? written : now;
  const sight = sightOf(former, processes);
  const gone = typeof sight === 'object' && 'gone' in sight ? sight.since : null;
  const ended = former.claudeLostAt ?? gone ?? former.leftAt;
  return { ...life, beganAt, formerEndedAt: ended !== null && ended <= beganAt ? ended : beganAt };
}

function seen(life: Life, processes: Pick<ProcessTable, 'sight'>, now: number): Life {
  const sight = sightOf(life, processes);
  const process = typeof sight === 'object' && 'startId' in sight ? sight : null;
  if (process?.claude) return { ...life, sight, startId: process.startId, claudeSeen: true, claudeLostAt: null };
  // A process that cannot be observed just now is not lost.
  const lost = process !== null || (typeof sight === 'object' && 'gone' in sight);
  const lostAt = sightSince(sight) ?? now;
  return {
    ...life,
    sight,
    startId: life.startId ?? process?.startId ?? null,
    claudeLostAt: life.claudeSeen && lost ? (life.claudeLostAt ?? lostAt) : life.claudeLostAt,
  };
}

function sightSince(sight: Sight): number | null {
  return typeof sight === 'object' && 'gone' in sight ? sight.since : null;
}

function sightOf({ entry, startId }: Life, processes: Pick<ProcessTable, 'sight'>): Sight {
  return isPid(entry.pid) ? processes.sight(entry.pid, { startId, runningAt: entryLastSeen(entry) }) : 'unseen';
}

function entryLastSeen({ last_seen }: RegistryEntry): number {
  return readInstant(last_seen, 'UTC')?.milliseconds ?? Number.NaN;
}
