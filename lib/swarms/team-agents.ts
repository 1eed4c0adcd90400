/** The teams of Claude Code whose lead is shown: which agents their names mean, and which tasks those have. */
import { leadOf, type Teammate } from '../rules/session-agents';
import { sessionTasks } from '../rules/session-tasks';
import type { ClaudeSession, ClaudeTask, ClaudeTeam } from '../sources/claude-code/claude-session';
import { teamOfSession } from '../sources/claude-code/teams-reader';
import type { RegistryEntry } from '../sources/claudeswarm/registry';
import type { ListedTask } from '../sources/claudeswarm/tasks';

/** The name of the lead for teammates in its process. */
const MAIN = 'main';

export interface ShownTeams {
  sessions: readonly ClaudeSession[];
  teams: readonly ClaudeTeam[];
  tasks: readonly ClaudeTask[];
  /** The task list of each team, by the name of the team's folder. */
  taskLists: ReadonlyMap<string, string>;
}

export class TeamAgents {
  /** The tasks of lists, each with the agent that owns it. The same list while nothing in it differs. */
  tasks: readonly ListedTask[] = [];
  #sessions: readonly ClaudeSession[] = [];
  #teams: readonly ClaudeTeam[] = [];
  #leads: ReadonlyMap<ClaudeSession, string> = new Map();
  /** What `tasks` follows from: they are computed about once a second. */
  #tasksFrom: (Pick<ShownTeams, 'tasks' | 'taskLists' | 'teams'> & { names: string }) | null = null;
  #mates: readonly (readonly [id: string, mate: Teammate])[] = [];

  /**
   * @param leads the ids of the agents that are shown, by their sessions
   * @param mates the teammates that are shown, by the entries of their agents
   */
  update(
    { sessions, teams, tasks, taskLists }: ShownTeams,
    leads: ReadonlyMap<ClaudeSession, string>,
    mates: ReadonlyMap<RegistryEntry, Teammate>,
  ): void {
    this.#sessions = sessions;
    this.#teams = teams;
    this.#leads = leads;
    this.#mates = [...mates].map(([{ id }, mate]) => [id, mate] as const);
    const names = JSON.stringify(this.#mates.map(([id, { lead, member }]) => [id, lead, member.name, member.agentId]));
    const last = this.#tasksFrom;
    const isSame = last?.tasks === tasks && last.taskLists === taskLists && last.teams === teams;
    if (isSame && last.names === names) return;
    this.#tasksFrom = { tasks, taskLists, teams, names };
    const found = sessionTasks(tasks, taskLists, this.#mates);
    if (JSON.stringify(found) !== JSON.stringify(this.tasks)) this.tasks = found;
  }

  /** @returns the folder of the team that a session leads; null if none is known */
  teamOf(sessionId: string): string | null {
    const session = this.#sessions.find((one) => one.sessionId === sessionId);
    return (session && teamOfSession(this.#teams, session)?.folder) ?? null;
  }

  /**
   * @param folder the folder of a team
   * @param name a member's name, as other members use it
   * @returns the id of the agent; null if the name means none or several; undefined if the team is not shown
   */
  agentIn(folder: string, name: string): string | null | undefined {
    const team = this.#teams.find((one) => one.folder === folder);
    const found = team && leadOf(team, this.#leads);
    if (!team || !found) return undefined;
    const leader = team.members.find(
      ({ agentId, tmuxPaneId }) => tmuxPaneId === 'leader' || agentId === team.leadAgentId,
    );
    if (name === MAIN || name === leader?.name || name === leader?.agentId) return found.lead;
    const ids = this.#mates.flatMap(([id, { team: other, member }]) =>
      other.folder === folder && (member.name === name || member.agentId === name) ? [id] : [],
    );
    return ids.length === 1 ? (ids[0] ?? null) : null;
  }
}
