/** The tasks of Claude Code's lists as tasks of the swarm, so that the same rules and the same board have them. */

import { TASK_BOUNDS } from '../contract/task-bounds';
import type { ClaudeTask } from '../sources/claude-code/claude-session';
import { cutText, excerptOf } from '../sources/claudeswarm/message-fields';
import type { ListedTask, Task } from '../sources/claudeswarm/tasks';
import type { Teammate } from './session-agents';

/** The statuses of a task that is not finished. From a status that is not known nothing is concluded. */
const UNFINISHED: ReadonlySet<string> = new Set(['pending', 'in_progress']);

/** Owners of tasks: the id of each agent by the names that its team has for it; null where two have one name. */
type Owners = ReadonlyMap<string, string | null>;

/** @returns those that are not finished: a finished one blocks nothing, although it stays in `blockedBy` of others */
export function unfinishedSessionTasks<T extends Task>(tasks: readonly T[]): T[] {
  return tasks.filter(({ status }) => status !== null && UNFINISHED.has(status));
}

/**
 * @param lists the task list of each team, by the name of the team's folder
 * @param mates the members of teams with the ids of their agents
 * @returns the tasks; the assignee is null where the owner is no agent that is shown, or could be several
 */
export function sessionTasks(
  tasks: readonly ClaudeTask[],
  lists: ReadonlyMap<string, string>,
  mates: Iterable<readonly [id: string, mate: Teammate]>,
): ListedTask[] {
  if (tasks.length === 0) return [];
  const owners = ownersByList(lists, mates);
  return tasks.map(({ list, id, subject, status, owner, blockedBy }) => ({
    ...{ list, id, status, owner },
    key: `list:${list}/${id}`,
    objective: excerptOf(subject),
    text: cutText(subject, TASK_BOUNDS.objective),
    assignedTo: owner === null ? null : (owners.get(list)?.get(owner) ?? null),
    blockedBy: [...new Set(blockedBy)].slice(0, TASK_BOUNDS.blockers),
    ...UNKNOWN_OF_LISTS,
  }));
}

/** What Claude Code's lists do not say. */
const UNKNOWN_OF_LISTS = {
  ...{ createdAt: null, updatedAt: null, priority: null, createdBy: null, contextId: null, parentTaskId: null },
  ...{ files: [], error: null, history: [] },
};

function ownersByList(
  lists: ReadonlyMap<string, string>,
  mates: Iterable<readonly [id: string, mate: Teammate]>,
): Map<string, Owners> {
  const byList = new Map<string, Map<string, string | null>>();
  for (const [id, { team, member, lead }] of mates) {
    const list = lists.get(team.folder) ?? team.folder;
    const owners = byList.get(list) ?? new Map<string, string | null>();
    byList.set(list, owners);
    for (const name of new Set([member.name, member.agentId])) addOwner(owners, name, id);
    const leader = team.members.find(
      ({ tmuxPaneId, agentId }) => tmuxPaneId === 'leader' || agentId === team.leadAgentId,
    );
    for (const name of new Set([leader?.name, leader?.agentId])) addOwner(owners, name, lead);
  }
  return byList;
}

function addOwner(owners: Map<string, string | null>, name: string | null | undefined, id: string): void {
  if (name == null) return;
  const known = owners.get(name);
  owners.set(name, known === undefined || known === id ? id : null);
}
