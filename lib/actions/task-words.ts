/** The sentences of commands about tasks. */
import type { ChangeTaskBody } from '../contract/task-requests';
import type { ListedTask } from '../sources/claudeswarm/tasks';
import type { HistoryEntry } from '../sources/claudeswarm/tasks-text';
import { quoted } from './lock-words';

/** @returns the new values of fields other than the status, as the history of the task has them */
export function remarkOn(changes: Readonly<Record<string, unknown>>): string {
  const { priority, assigned_to: assignee } = changes;
  const parts = [
    ...(priority === undefined ? [] : [`Priority: ${priority}.`]),
    ...(assignee === undefined ? [] : [assignee === null ? 'Assigned to nobody.' : `Assigned to ${assignee}.`]),
  ];
  return parts.join(' ');
}

/** @returns what is no longer as the caller expects it, each as the end of a sentence about the task */
export function differences(
  { status, assignedTo, priority }: ListedTask,
  { expected_status, expected_assigned_to, expected_priority }: ChangeTaskBody,
): string[] {
  const owner = (id: string | null) => (id === null ? 'nobody' : quoted(id));
  const weight = (one: string | null) => (one === null ? 'none' : quoted(one));
  const differs = (expected: string | null | undefined, now: string | null) =>
    expected !== undefined && expected !== now;
  return [
    ...(differs(expected_status, status) ? [`${words(status)} by now, not ${words(expected_status ?? null)}`] : []),
    ...(differs(expected_assigned_to, assignedTo)
      ? [`assigned to ${owner(assignedTo)} by now, not to ${owner(expected_assigned_to ?? null)}`]
      : []),
    ...(differs(expected_priority, priority)
      ? [`of the priority ${weight(priority)} by now, not ${weight(expected_priority ?? null)}`]
      : []),
  ];
}

/** @returns what a step changed, for the record of commands */
export function stepSentence({ from_status: from, to_status: to, message }: HistoryEntry): string {
  const moved = from === to ? `Still ${words(to)}.` : `From ${words(from)} to ${words(to)}.`;
  return message === '' ? moved : `${moved} ${message}`;
}

/** @returns a status in a sentence */
export function words(status: string | null): string {
  return status === null ? 'without a status' : quoted(status);
}

/** @returns such as "assigned, working or cancelled" */
export function wordChoice(statuses: readonly (string | null)[]): string {
  const last = statuses.at(-1);
  return statuses.length === 1 ? `${last}` : `${statuses.slice(0, -1).join(', ')} or ${last}`;
}
