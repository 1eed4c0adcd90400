/**
 * What Claude Code's files add to the agents of a swarm: which session belongs to which entry of the registry, agents
 * that only they list, and what each one does.
 */
import type { ActivityState, AgentSession, AgentWork } from '../contract/claude-schemas';
import { instantWithin } from '../contract/instant';
import { type InProcessEvidence, judgeActivity } from '../rules/agent-activity';
import type { ClaudeEvidence, ClaudeFields } from '../rules/agent-health';
import {
  isWithin,
  type SessionAgent,
  SessionIds,
  sessionAgents,
  type Teammate,
  teammates,
} from '../rules/session-agents';
import { type JoinEntry, joinSessions, type ProcessPlaces } from '../rules/session-join';
import type {
  AgentFacts,
  ClaudeSession,
  ClaudeTeam,
  Excerpt,
  TeammateFacts,
  TranscriptFacts,
} from '../sources/claude-code/claude-session';
import { endsWithQuestion } from '../sources/claude-code/transcript-excerpts';
import { readInstant } from '../sources/claudeswarm/naive-time';
import type { Registry, RegistryEntry } from '../sources/claudeswarm/registry';
import { isPid, type ProcessTable } from '../sources/processes/processes';
import { type ShownTeams, TeamAgents } from './team-agents';

/** What hooks said of a session last. Times are milliseconds since 1970. */
export interface HookFacts {
  /** The permission request that is not known to be answered; null if there is none, or more than one. */
  permission: { tool: string; input: string; at: number } | null;
  /** All requests that are not known to be answered. */
  permissions: readonly unknown[];
  /** The end of its newest turn, with the end of its last answer. */
  turnEnded: { at: number; lastMessage: string | null } | null;
  /** Why its newest turn failed. */
  failure: { kind: string; details: string | null; at: number } | null;
}

/** Everything that is known from Claude Code's files; another object whenever something in it differs. */
export interface ClaudeFacts extends ShownTeams {
  /** By session id. */
  transcripts: ReadonlyMap<string, TranscriptFacts>;
  hooks: ReadonlyMap<string, HookFacts>;
  /** The root and the worktrees of its repository: sessions that started there are part of the swarm. Real paths. */
  folders: readonly string[];
  /** Why sessions are not read, a sentence; null while they are. */
  unread: string | null;
  /** When the sessions were last read, if they are not now; milliseconds since 1970. */
  keptFrom: number | null;
}

export const NO_CLAUDE_FACTS: ClaudeFacts = {
  sessions: [],
  teams: [],
  tasks: [],
  taskLists: new Map(),
  transcripts: new Map(),
  hooks: new Map(),
  folders: [],
  unread: 'The files of Claude Code are not read.',
  keptFrom: null,
};

/** A teammate in a pane of its own: it has no session file, and only its transcript names its session. */
export interface PaneTeammate {
  team: string;
  name: string;
  /** The id of its agent. */
  agent: string;
}

/** How an agent can be reached; each part is null where it is not known. */
export interface AgentContact {
  session: ClaudeSession | null;
  teammate: Teammate | null;
  /** The transcript of a teammate that has no session file. */
  transcript: { sessionId: string; cwd: string | null } | null;
}

/** A session file is rewritten in place, on a busy machine for up to a second: until then its last status counts. */
const MAX_UNREADABLE_MS = 5000;

export interface ClaudeAgentsOptions {
  places: ProcessPlaces;
  /** @returns the tokens that fit into the context of a model; null if that is not known */
  contextWindow?: (model: string) => number | null;
}

export class ClaudeAgents implements ClaudeEvidence {
  /** The agents that the registry does not list, in the shape of a registry. */
  own: Registry = NO_REGISTRY;
  readonly teams = new TeamAgents();
  readonly #options: ClaudeAgentsOptions;
  readonly #ids = new SessionIds();
  #facts = NO_CLAUDE_FACTS;
  #sessions = new Map<RegistryEntry, ClaudeSession>();
  #teammates = new Map<RegistryEntry, Teammate>();
  #own = new Set<RegistryEntry>();
  #now = 0;

  constructor(options: ClaudeAgentsOptions) {
    this.#options = options;
  }

  runningSession(entry: RegistryEntry): number | null {
    const session = this.#sessions.get(entry);
    if (session) return session.alive === true ? session.pid : null;
    const mate = this.#teammates.get(entry);
    // It runs inside the process of its lead.
    return mate?.member.tmuxPaneId === 'in-process' && mate.leadSession.alive === true ? mate.leadSession.pid : null;
  }

  /** What Claude Code's files say of how an agent can be reached. */
  contact(entry: RegistryEntry): AgentContact {
    const session = this.#sessions.get(entry) ?? null;
    const teammate = this.#teammates.get(entry) ?? null;
    const isInProcess = teammate?.member.tmuxPaneId === 'in-process';
    const facts = session === null && !isInProcess ? this.#transcript(null, teammate) : null;
    return { session, teammate, transcript: facts && { sessionId: facts.sessionId, cwd: facts.cwd } };
  }

  /** The sessions that are shown, with the ids of their agents. */
  *shown(): Iterable<{ session: ClaudeSession; agent: string }> {
    for (const [{ id }, session] of this.#sessions) yield { session, agent: id };
  }

  /** The teammates in panes of their own that are shown. */
  get paneTeammates(): PaneTeammate[] {
    return [...this.#teammates].flatMap(([{ id }, { team, member }]) =>
      member.tmuxPaneId?.startsWith('%') ? [{ team: teamName(team), name: member.name, agent: id }] : [],
    );
  }

  /** Joins sessions to the entries of the registry, and lists the others that are part of the swarm. */
  update(registry: Registry | null, facts: ClaudeFacts, processes: Pick<ProcessTable, 'sight'>, now: number): void {
    const entries = registry?.entries ?? [];
    this.#facts = facts;
    this.#now = now;
    this.#sessions = new Map();
    this.#teammates = new Map();
    if (facts.sessions.length === 0) {
      this.own = NO_REGISTRY;
      this.#own = new Set();
      this.teams.update(facts, new Map(), this.#teammates);
      return;
    }
    const { places } = this.#options;
    const joined = joinSessions(
      entries.map((entry) => joinEntry(entry, processes)),
      facts.sessions,
      places,
      (session) => isWithin(session, facts.folders),
    );
    const claimed = new Map<ClaudeSession, string>();
    for (const [index, entry] of entries.entries()) {
      const session = joined[index];
      if (!session) continue;
      this.#sessions.set(entry, session);
      claimed.set(session, entry.id);
    }
    const sessions = facts.sessions
      .filter((session) => session.alive === true && !claimed.has(session) && isWithin(session, facts.folders))
      .sort((one, other) => (one.startedAt ?? 0) - (other.startedAt ?? 0) || one.pid - other.pid);
    const isListed = (mate: Teammate) => this.#listedAs(mate, entries) !== null;
    const taken = new Set(entries.map(({ id }) => id));
    const own = sessionAgents({ sessions, teams: facts.teams, claimed, taken, isListed }, this.#ids);
    this.#noteOwn(own);
    const leads = new Map(claimed);
    for (const { session, entry } of own) if (session) leads.set(session, entry.id);
    this.#noteListedTeammates(leads, entries);
    this.teams.update(facts, leads, this.#teammates);
  }

  #noteOwn(own: readonly SessionAgent[]): void {
    this.own = { ...NO_REGISTRY, entries: own.map(({ entry }) => entry) };
    this.#own = new Set(this.own.entries);
    for (const { entry, session, teammate } of own) {
      if (session) this.#sessions.set(entry, session);
      if (teammate) this.#teammates.set(entry, teammate);
    }
  }

  #noteListedTeammates(leads: ReadonlyMap<ClaudeSession, string>, entries: readonly RegistryEntry[]): void {
    if (entries.length === 0) return;
    for (const mate of this.#facts.teams.flatMap((team) => teammates(team, leads))) {
      const entry = this.#listedAs(mate, entries);
      if (entry) this.#teammates.set(entry, mate);
    }
  }

  /** A teammate in the pane of an entry is that entry, unless the pane is one of another tmux server. */
  #listedAs({ member, leadSession }: Teammate, entries: readonly RegistryEntry[]): RegistryEntry | null {
    if (!member.tmuxPaneId?.startsWith('%')) return null;
    const { places } = this.#options;
    const server = places.tmuxServer(leadSession.pid);
    const found = entries.filter(({ tmux_pane_id, pid }) => {
      if (tmux_pane_id !== member.tmuxPaneId) return false;
      const own = isPid(pid) ? places.tmuxServer(pid) : null;
      return own === null || server === null || own === server;
    });
    // The swarm's tool keeps the entries of former agents of a pane as stale.
    const current = found.filter(({ status }) => status !== 'stale');
    const fitting = current.length > 0 ? current : found;
    return fitting.length === 1 ? (fitting[0] ?? null) : null;
  }

  fields(entry: RegistryEntry, { blocked, suspended, active }: Parameters<ClaudeEvidence['fields']>[1]): ClaudeFields {
    const session = this.#sessions.get(entry) ?? null;
    const mate = this.#teammates.get(entry) ?? null;
    const inProcess = mate && this.#inProcess(mate);
    const facts = inProcess ?? this.#transcript(session, mate);
    const hooks = this.#hooks(session);
    const keptFrom = session && this.#keptFrom(session);
    const activity = judgeActivity({
      ...{ session, keptFrom, blocked, suspended, active, unread: this.#facts.unread },
      promptTool: hooks?.permission?.tool ?? (session && this.#toolThatAsks(session, facts, hooks)),
      teammate: mate && {
        ...{ lead: mate.lead, active: mate.member.isActive },
        inProcess: inProcess && this.#inProcessEvidence(mate.leadSession, inProcess),
      },
    });
    return {
      source: this.#own.has(entry) ? 'claude-code' : 'registry',
      lead: mate?.lead ?? null,
      session: session && describeSession(session, facts, keptFrom === null),
      activity,
      // A teammate ends its turn with a report to its lead.
      work: this.#work(facts, hooks, activity.state, mate === null),
    };
  }

  /** Since when the status of a session is not known; null while it is. */
  #keptFrom({ keptFrom }: ClaudeSession): number | null {
    if (keptFrom !== null && Math.abs(this.#now - keptFrom) > MAX_UNREADABLE_MS) return keptFrom;
    return this.#facts.unread === null ? null : this.#facts.keptFrom;
  }

  #hooks(session: ClaudeSession | null): HookFacts | null {
    return session?.sessionId ? (this.#facts.hooks.get(session.sessionId) ?? null) : null;
  }

  /** Of teammates that had the same name one after the other, the one whose transcript was written last. */
  #inProcess({ member, leadSession }: Teammate): TeammateFacts | null {
    if (member.tmuxPaneId !== 'in-process' || leadSession.sessionId === null) return null;
    const named = this.#facts.transcripts.get(leadSession.sessionId)?.teammates ?? [];
    const found = named.filter(({ agentName }) => agentName === member.name);
    return found.reduce<TeammateFacts | null>(
      (newest, one) => ((one.newestAt ?? 0) >= (newest?.newestAt ?? 0) ? one : newest),
      null,
    );
  }

  #inProcessEvidence(leadSession: ClaudeSession, facts: TeammateFacts): InProcessEvidence {
    const { tool, turnEnded, newestAt } = facts;
    const isRead = leadSession.alive === true && this.#keptFrom(leadSession) === null;
    const asks = this.#hooks(leadSession)?.permission != null;
    return {
      ...{ tool, turnEnded, newestAt },
      leadRuns: leadSession.alive === true,
      leadIsBusy: isRead && leadSession.status === 'busy' && !asks,
    };
  }

  /** A prompt of a subagent or teammate is shown in the terminal of the lead, whose own tool may be another one. */
  #toolThatAsks(session: ClaudeSession, facts: AgentFacts | null, hooks: HookFacts | null): string | null {
    if (facts?.openTools !== 1 || (hooks !== null && hooks.permissions.length > 1)) return null;
    const leads = [...this.#teammates.values()].some(({ leadSession }) => leadSession === session);
    const mayOthersAsk = leads || facts.subagents.some(({ finished }) => !finished);
    return mayOthersAsk ? null : (facts.tool?.name ?? null);
  }

  #transcript(session: ClaudeSession | null, mate: Teammate | null): AgentFacts | null {
    const { transcripts } = this.#facts;
    if (session?.sessionId) return transcripts.get(session.sessionId) ?? null;
    if (mate === null) return null;
    const { team, member } = mate;
    const name = teamName(team);
    const own = [...transcripts.values()].filter((one) => one.teamName === name && one.agentName === member.name);
    // A teammate that was started again has a transcript for each time.
    return own.sort((one, other) => newestAt(one) - newestAt(other)).at(-1) ?? null;
  }

  #work(facts: AgentFacts | null, hooks: HookFacts | null, state: ActivityState, isOwn: boolean): AgentWork | null {
    const said = hooks?.turnEnded ?? null;
    const isWaiting = state === 'waiting';
    if (facts === null && said === null && !hooks?.failure && !(isWaiting && hooks?.permission)) return null;
    const isNewest = said?.lastMessage && said.at >= (facts?.lastAnswer?.at ?? 0);
    const newest = isNewest ? { text: said.lastMessage ?? '', at: said.at } : null;
    const window = facts?.model ? (this.#options.contextWindow?.(facts.model) ?? null) : null;
    const tokens = facts?.contextTokens ?? null;
    const isTurnOver = state === 'idle' || state === 'shell';
    return {
      // A turn that was killed leaves a call without a result.
      tool: facts?.tool && !isTurnOver ? { ...facts.tool, since: instantWithin(facts.tool.since) } : null,
      permission: isWaiting && hooks?.permission ? permissionOf(hooks.permission) : null,
      failure: hooks?.failure ? { ...hooks.failure, at: instantWithin(hooks.failure.at) } : null,
      last_prompt: excerpt(facts?.lastPrompt ?? null),
      last_answer: excerpt(newest ?? facts?.lastAnswer ?? null),
      context_tokens: tokens,
      context_percent: tokens !== null && window ? contextPercent(tokens, window) : null,
      asks: isOwn && state === 'idle' && (newest ? endsWithQuestion(newest.text) : (facts?.asks ?? false)),
      last_turn_ms: facts?.lastTurnMs ?? null,
      errors: facts?.errors ?? 0,
      compactions: facts?.compactions ?? 0,
      // A session is busy while its subagents run. A killed one leaves them unfinished.
      subagents:
        facts?.subagents.map(({ teammate, finished, ...one }) => ({
          ...one,
          finished: finished || (isTurnOver && teammate === null),
        })) ?? [],
    };
  }
}

const NO_REGISTRY: Registry = { session_name: null, session_names: null, updated_at: null, entries: [] };

function joinEntry(entry: RegistryEntry, processes: Pick<ProcessTable, 'sight'>): JoinEntry {
  const { pid, tmux_pane_id: pane, status } = entry;
  const lastSeen = readInstant(entry.last_seen, 'UTC')?.milliseconds ?? Number.NaN;
  const sight = isPid(pid) ? processes.sight(pid, { startId: null, runningAt: lastSeen }) : null;
  const seen = sight !== null && typeof sight === 'object' ? sight : null;
  return {
    ...{ pid, pane },
    gone: seen !== null && 'gone' in seen,
    claudePid: seen !== null && 'claude' in seen ? (seen.claude?.pid ?? null) : null,
    rank: [status === 'stale' ? 0 : 1, Number.isNaN(lastSeen) ? 0 : lastSeen],
  };
}

/** @param isCurrent whether its file is readable: otherwise what its status is now is not known */
function describeSession(session: ClaudeSession, facts: AgentFacts | null, isCurrent: boolean): AgentSession {
  const { sessionId, name, version, kind, status, waitingFor, entrypoint } = session;
  return {
    session_id: sessionId,
    ...{ name, version, kind },
    status: isCurrent ? status : null,
    waiting_for: isCurrent && status === 'waiting' ? waitingFor : null,
    status_since: isCurrent ? instantWithin(session.statusUpdatedAt) : null,
    model: facts?.model ?? null,
    permission_mode: facts?.permissionMode ?? null,
    cwd: facts?.cwd ?? session.cwd,
    git_branch: facts?.gitBranch ?? null,
    entrypoint,
  };
}

/** @returns null where more is used than the window has: then the session has a larger one */
function contextPercent(tokens: number, window: number): number | null {
  return tokens > window ? null : Math.round((tokens / window) * 1000) / 10;
}

/** @returns the name of a team, as its members' transcripts have it */
function teamName({ name, folder }: ClaudeTeam): string {
  return name ?? folder;
}

function newestAt({ lastPrompt, lastAnswer, tool }: AgentFacts): number {
  return Math.max(lastPrompt?.at ?? 0, lastAnswer?.at ?? 0, tool?.since ?? 0);
}

function excerpt(said: Excerpt | null): AgentWork['last_prompt'] {
  return said && { text: said.text, at: instantWithin(said.at) };
}

function permissionOf({ tool, input, at }: NonNullable<HookFacts['permission']>): AgentWork['permission'] {
  return { tool, input, since: instantWithin(at) };
}
