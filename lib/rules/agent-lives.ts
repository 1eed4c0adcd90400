/**
 * The lives of agents' ids. The swarm's tool reuses ids: an agent is an id together with a process (pid and start) and
 * a pane. Where one of these changes, another agent has the id, and what the former one did is not the newcomer's.
 */
import { readInstant } from '../sources/claudeswarm/naive-time';
import type { Registry, RegistryEntry } from '../sources/claudeswarm/registry';
import { isPid, isSameStart, type ProcessTable, type Sight } from '../sources/processes/processes';

/** One agent, from when it got its id until another has it or the registry no longer lists it. Instants are milliseconds since 1970. */
export interface Life {
  /** As the registry had it last. */
  entry: RegistryEntry;
  /** Tells the process from another one of its pid; null while it was never seen. */
  startId: number | null;
  /** Since when it has the id; null where no change was seen. */
  beganAt: number | null;
  /** When the agent that had the id before it was gone; null if there was none. */
  formerEndedAt: number | null;
  /** Whether this dashboard saw a claude process at or under its pid: proof that the pid is one of this host. */
  claudeSeen: boolean;
  /** When claude was first not seen any more; null while it is seen, and where it never was. */
  claudeLostAt: number | null;
  /** When the registry was last read with it. */
  listedAt: number;
  /** When the registry was first read without it; null while it is listed. */
  leftAt: number | null;
  /** What is seen of its process now. */
  sight: Sight;
}

/** To be raised when what is saved changes its shape. */
const FORM = 1;

export const MAX_DEPARTED_MS = 3_600_000;
export const MAX_DEPARTED = 200;

export class AgentLives {
  /** In the order of the registry. */
  listed: readonly Life[] = [];
  /** Who left within the last hour, newest first. */
  departed: readonly Life[] = [];
  #saved = '';
  /** What the last call of `save` looked at. */
  #compared: readonly (readonly Life[])[] = [];

  /** @returns every number that may be the pid of an agent whose process is to be observed */
  *pids(registry: Registry | null): Iterable<number> {
    for (const { pid } of registry?.entries ?? []) if (isPid(pid)) yield pid;
    // One that ended and is no longer listed, both since the last observation, is observed once more.
    for (const { entry } of [...this.listed, ...this.departed]) if (isPid(entry.pid)) yield entry.pid;
  }

  /**
   * Goes on with a registry as it was read.
   *
   * @param registry the last good one
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
    // Only once it is known who goes on can it be said who is new.
    this.listed = registry.entries.map((entry, index) => {
      const former = free.get(entry.id)?.find((one) => !taken.has(one));
      const life = listed[index] ?? begin(entry, former ?? null, registry, processes, now);
      return seen(life, processes, now);
    });
    // Also where another process has the id now: who took its locks has left all the same.
    const gone = known.filter((life) => !taken.has(life));
    this.departed = gone
      .map((life) => seen({ ...life, leftAt: life.leftAt ?? now }, processes, now))
      .filter(({ leftAt }) => leftAt !== null && now - leftAt < MAX_DEPARTED_MS)
      .sort((one, other) => (other.leftAt ?? 0) - (one.leftAt ?? 0))
      .slice(0, MAX_DEPARTED);
  }

  /** @returns JSON that `restore` goes on from, or null if that is what the last call gave */
  save(): string | null {
    // Locks change far more often, and each change is described.
    if (this.#compared[0] === this.listed && this.#compared[1] === this.departed) return null;
    this.#compared = [this.listed, this.departed];
    const lives = [...this.listed, ...this.departed].map(({ sight: _, ...life }) => life);
    // When each was listed last changes all the time, and matters only to the second.
    const text = JSON.stringify(
      lives.map(({ listedAt: _, entry: { last_seen: __, ...entry }, ...life }) => [entry, life]),
    );
    if (text === this.#saved) return null;
    this.#saved = text;
    return JSON.stringify({ form: FORM, lives });
  }

  /** Goes on with what an earlier process of the dashboard saw; what is read next is compared with that. */
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

/** A field that an older version of the tool did not write says nothing. */
function isSameAgent(
  { entry: before, startId }: Life,
  entry: RegistryEntry,
  processes: Pick<ProcessTable, 'sight'>,
): boolean {
  if (before.pid !== entry.pid) return false;
  if (startId !== null && isPid(entry.pid)) {
    // The registry lists the pid again after its process ended: another process has got it.
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
  // The newcomer has had its id since the registry was written, which was after the former one was last read in it.
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
  // What cannot be seen just now was not lost.
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
