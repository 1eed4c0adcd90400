/**
 * Sessions of Claude Code and members of agent teams that the registry does not list, as entries of agents of their own.
 */
import { instantWithin } from '../contract/instant';
import type { ClaudeSession, ClaudeTeam, ClaudeTeamMember } from '../sources/claude-code/claude-session';
import type { RegistryEntry } from '../sources/claudeswarm/registry';

/** An id is shown whole; a name may be any text. */
const MAX_NAME_LENGTH = 80;
/** Each is described about once a second. */
const MAX_SESSION_AGENTS = 500;

/** An agent that only files of Claude Code list. */
export interface SessionAgent {
  entry: RegistryEntry;
  /** Null for a teammate, which has no session file. */
  session: ClaudeSession | null;
  teammate: Teammate | null;
}

/** A member of an agent team beside its lead. */
export interface Teammate {
  /** The id of the agent that leads. */
  lead: string;
  leadSession: ClaudeSession;
  team: ClaudeTeam;
  member: ClaudeTeamMember;
}

/** @returns whether a session was started in one of some folders or below it; folders are real paths */
export function isWithin({ cwd }: Pick<ClaudeSession, 'cwd'>, folders: readonly string[]): boolean {
  return (
    cwd !== null && folders.some((folder) => cwd === folder || cwd.startsWith(folder === '/' ? '/' : `${folder}/`))
  );
}

/** Gives ids, each only once; a session keeps its id for as long as its name is the same. */
export class SessionIds {
  #known = new Map<string, { name: string; id: string }>();

  /**
   * @param taken the ids of the registry
   * @returns an id for each session, in their order
   */
  give(sessions: readonly ClaudeSession[], taken: ReadonlySet<string>): string[] {
    const used = new Set(taken);
    const next = new Map<string, { name: string; id: string }>();
    const keys = sessions.map(({ pid, procStart }) => `${pid} ${procStart}`);
    const names = sessions.map(sessionName);
    // Those that have an id come first, so that a newer session of the same name does not take it.
    for (const [index, key] of keys.entries()) {
      const known = this.#known.get(key);
      if (known === undefined || known.name !== names[index] || used.has(known.id)) continue;
      used.add(known.id);
      next.set(key, known);
    }
    for (const [index, key] of keys.entries()) {
      if (next.has(key)) continue;
      const name = names[index] as string;
      const id = unused([name, `${name}-${sessions[index]?.pid}`], used);
      next.set(key, { name, id });
    }
    this.#known = next;
    return keys.map((key) => next.get(key)?.id ?? '');
  }
}

function sessionName({ name, sessionId, pid }: ClaudeSession): string {
  const clean = name?.trim().slice(0, MAX_NAME_LENGTH);
  return clean || (sessionId === null ? `pid-${pid}` : `session-${sessionId.slice(0, 8)}`);
}

/** @returns the first name that is not used, which then is */
function unused(names: readonly [string, ...string[]], used: Set<string>): string {
  let id = names.find((name) => !used.has(name));
  for (let n = 2; id === undefined; n += 1) {
    const numbered = `${names[0]}-${n}`;
    if (!used.has(numbered)) id = numbered;
  }
  used.add(id);
  return id;
}

interface Listed {
  /** Sessions that no entry of the registry claims, the oldest first. */
  sessions: readonly ClaudeSession[];
  teams: readonly ClaudeTeam[];
  /** The ids of the agents that are shown, by their session. */
  claimed: ReadonlyMap<ClaudeSession, string>;
  taken: ReadonlySet<string>;
  /** @returns whether the registry lists a teammate by its pane */
  isListed: (teammate: Teammate) => boolean;
}

/** @returns sessions of the swarm and their teammates as agents; at most 500 */
export function sessionAgents(listed: Listed, ids: SessionIds): SessionAgent[] {
  const sessions = listed.sessions.slice(0, MAX_SESSION_AGENTS);
  const names = ids.give(sessions, listed.taken);
  const shared = repeated(sessions.map(({ tmux }) => tmux?.pane));
  const own = sessions.map((session, index): SessionAgent => {
    const pane = session.tmux && !shared.has(session.tmux.pane) ? session.tmux.pane : null;
    return { entry: sessionEntry(session, names[index] as string, pane), session, teammate: null };
  });
  const leads = new Map(listed.claimed);
  for (const [index, session] of sessions.entries()) leads.set(session, names[index] as string);
  const used = new Set([...listed.taken, ...names]);
  // A pane that a session names too is one of another tmux server: it would identify neither.
  const panes = new Set(sessions.map(({ tmux }) => tmux?.pane));
  const mates = listed.teams.flatMap((team) => teammates(team, leads)).filter((mate) => !listed.isListed(mate));
  return [...own, ...mates.map((mate) => mateAgent(mate, used, panes))].slice(0, MAX_SESSION_AGENTS);
}

/** @returns the members of a team whose lead is shown and whose lead's process is not known to have ended, without the lead */
export function teammates(team: ClaudeTeam, leads: ReadonlyMap<ClaudeSession, string>): Teammate[] {
  const found = leadOf(team, leads);
  if (found === null) return [];
  const { leadAgentId, members } = team;
  return members
    .filter(({ agentId, tmuxPaneId }) => tmuxPaneId !== 'leader' && (agentId === null || agentId !== leadAgentId))
    .map((member) => ({ ...found, team, member }));
}

/** @returns the lead of a team, if it is shown and its process is not known to have ended */
export function leadOf(
  { leadProcess }: ClaudeTeam,
  leads: ReadonlyMap<ClaudeSession, string>,
): Pick<Teammate, 'lead' | 'leadSession'> | null {
  if (leadProcess === null) return null;
  const found = [...leads].find(
    ([{ pid, procStart, alive }]) =>
      // A pid alone proves nothing: it may be that of another process now.
      alive !== false && pid === leadProcess.pid && procStart !== null && procStart === leadProcess.procStart,
  );
  return found === undefined ? null : { leadSession: found[0], lead: found[1] };
}

function sessionEntry(session: ClaudeSession, id: string, pane: string | null): RegistryEntry {
  const seen = instantWithin(session.statusUpdatedAt) ?? instantWithin(session.startedAt);
  return {
    id,
    pid: session.pid,
    ...(session.tmux !== null && { session_name: session.tmux.session }),
    ...(pane !== null && { tmux_pane_id: pane }),
    ...(seen !== null && { last_seen: seen }),
  };
}

function mateAgent(teammate: Teammate, used: Set<string>, panes: ReadonlySet<string | undefined>): SessionAgent {
  const { member, lead, leadSession } = teammate;
  const name = member.name.trim().slice(0, MAX_NAME_LENGTH) || 'teammate';
  const id = unused([name, `${name}@${lead}`], used);
  const written = member.tmuxPaneId;
  const pane = written?.startsWith('%') && !panes.has(written) ? written : null;
  const entry = {
    id,
    ...(leadSession.tmux !== null && { session_name: leadSession.tmux.session }),
    ...(pane !== null && { tmux_pane_id: pane }),
  };
  return { entry, session: null, teammate };
}

function repeated(values: readonly (string | undefined)[]): Set<string | undefined> {
  const seen = new Set<string | undefined>();
  return new Set(values.filter((value) => seen.has(value) || !seen.add(value)));
}
