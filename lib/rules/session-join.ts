/**
 * Which session of Claude Code belongs to which entry of the registry: by process, then by pane. A session that fits
 * more than one entry, or an entry that more than one session fits, is joined to none: a wrong activity would be worse
 * than an unknown one.
 */
import type { ClaudeSession } from '../sources/claude-code/claude-session';
import { isPid } from '../sources/processes/processes';

/** An entry of the registry, as far as sessions are joined to it. */
export interface JoinEntry {
  /** As written; anything but the number of a process fits no session. */
  pid: unknown;
  pane: unknown;
  /** Whether the process that the entry lists is known to be gone: another one may have its number now. */
  gone: boolean;
  /** The claude process that was observed at or under `pid`; null if none was. */
  claudePid: number | null;
  /** Of entries with one pid, the others are former ones. Greater is newer; see `entryRank`. */
  rank: readonly [current: number, lastSeen: number];
}

/** What the system says about processes. */
export interface ProcessPlaces {
  /** @returns the pids of the processes above one, the nearest first; empty where they can't be read */
  ancestors(pid: number): readonly number[];
  /** @returns the socket of the tmux server in which a process was started; null where it can't be read or has none */
  tmuxServer(pid: number): string | null;
}

/** Whether a session runs in a folder of this project. */
export type InProject = (session: ClaudeSession) => boolean;

/** A session with the facts about its process. */
interface Candidate {
  session: ClaudeSession;
  /** Its own pid, then those above it. */
  chain: readonly number[];
}

/**
 * Joins sessions to entries. Sessions whose process has ended are joined to nothing.
 *
 * @returns for each entry its session or null, in the order of the entries; no session occurs twice
 */
export function joinSessions(
  entries: readonly JoinEntry[],
  sessions: readonly ClaudeSession[],
  places: ProcessPlaces,
  inProject: InProject,
): (ClaudeSession | null)[] {
  const living = sessions
    .filter(({ alive }) => alive !== false)
    .map((session) => ({ session, chain: chainFor(session, places) }));
  const joined: (ClaudeSession | null)[] = entries.map(() => null);
  joinByProcess(entries, living, joined);
  joinByPane(entries, living, joined, { places, inProject });
  return joined;
}

/** The pid of a session in another pid namespace is that of another process here, unless no process can have it. */
function chainFor({ pid, alive }: ClaudeSession, places: ProcessPlaces): readonly number[] {
  if (alive === true) return [pid, ...places.ancestors(pid)];
  return isPid(pid) ? [] : [pid];
}

function joinByProcess(
  entries: readonly JoinEntry[],
  living: readonly Candidate[],
  joined: (ClaudeSession | null)[],
): void {
  const byPid = newestByPid(entries);
  const found = new Map<number, Candidate[]>();
  for (const candidate of living) {
    // The nearest listed process above it: an agent may have started another one.
    const nearest = candidate.chain.find((pid) => byPid.has(pid));
    const index = nearest === undefined ? null : byPid.get(nearest);
    if (index == null) continue;
    found.set(index, [...(found.get(index) ?? []), candidate]);
  }
  for (const [index, candidates] of found) joined[index] = outermost(candidates)?.session ?? null;
}

/** @returns for each pid the entry that lists it now; null where that can't be decided */
function newestByPid(entries: readonly JoinEntry[]): Map<number, number | null> {
  const byPid = new Map<number, number | null>();
  const newest = new Map<number, JoinEntry>();
  for (const [index, entry] of entries.entries()) {
    if (entry.gone) continue;
    for (const pid of new Set([entry.pid, entry.claudePid])) {
      if (typeof pid !== 'number') continue;
      const other = newest.get(pid);
      const order = other === undefined ? 1 : compareRanks(entry.rank, other.rank);
      if (order > 0) newest.set(pid, entry);
      if (order >= 0) byPid.set(pid, order > 0 ? index : null);
    }
  }
  return byPid;
}

function compareRanks(one: JoinEntry['rank'], other: JoinEntry['rank']): number {
  return one[0] - other[0] || one[1] - other[1];
}

/** Of sessions that started each other the first one is the agent; of others none is. */
function outermost(candidates: readonly Candidate[]): Candidate | null {
  const top = candidates.filter(
    (one) => !candidates.some((other) => other !== one && one.chain.includes(other.session.pid)),
  );
  return top.length === 1 ? (top[0] ?? null) : null;
}

function joinByPane(
  entries: readonly JoinEntry[],
  living: readonly Candidate[],
  joined: (ClaudeSession | null)[],
  { places, inProject }: { places: ProcessPlaces; inProject: InProject },
): void {
  const taken = new Set(joined);
  const free = living.filter(({ session }) => session.tmux !== null && !taken.has(session));
  const open = [...entries.entries()].filter(
    ([index, { pane, gone }]) => joined[index] === null && typeof pane === 'string' && !gone,
  );
  const server = (pid: unknown) => (typeof pid === 'number' ? places.tmuxServer(pid) : null);
  const fits = (entry: JoinEntry, { session }: Candidate) => {
    if (entry.pane !== session.tmux?.pane) return false;
    // Another claude was seen in the process of the entry.
    if (entry.claudePid !== null && entry.claudePid !== session.pid) return false;
    const servers = [server(entry.claudePid ?? entry.pid), session.alive === true ? server(session.pid) : null];
    // Every tmux server has a pane %0: where a server can't be read, at least the project must be the same.
    return servers.includes(null) ? inProject(session) : servers[0] === servers[1];
  };
  for (const [index, entry] of open) {
    const candidate = outermost(free.filter((one) => fits(entry, one)));
    if (candidate === null) continue;
    const rivals = open.filter(([, other]) => fits(other, candidate));
    const isNewest = rivals.every(([, other]) => other === entry || compareRanks(entry.rank, other.rank) > 0);
    if (isNewest) joined[index] = candidate.session;
  }
}
