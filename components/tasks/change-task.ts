/** A change of a task's owner or priority: what a form sends, and what is said of the answer. */

import { type CommandFault, faultSentence } from '@/lib/client/fault-sentence';
import type { ChangeTaskBody, TaskAnswer } from '@/lib/contract/task-requests';
import type { Task } from '@/lib/contract/task-schemas';
import { TASK_PRIORITIES } from '@/lib/contract/task-transitions';
import { shortName, statusName } from './board';
import { type MoveNotice, presentTask } from './move-words';

/** What the form has. An empty owner is nobody; an empty priority is none. */
interface TaskForm {
  owner: string;
  priority: string;
  message: string;
}

export function formOf({ assigned_to, priority }: Pick<Task, 'assigned_to' | 'priority'>): TaskForm {
  return { owner: assigned_to ?? '', priority: priority ?? '', message: '' };
}

/** @returns whether the owner and the priority of a task can be changed: lists of Claude Code are read only */
export function isChangeable({ list }: Pick<Task, 'list'>): boolean {
  return list === null;
}

/** @returns the priorities that the form offers: those of the swarm's tool, and the one that the task has */
export function offeredPriorities({ priority }: Pick<Task, 'priority'>): readonly string[] {
  const present = priority ?? '';
  return TASK_PRIORITIES.some((one) => one === present) ? TASK_PRIORITIES : [present, ...TASK_PRIORITIES];
}

/**
 * @returns the status that a task gets with another owner, as the swarm's tool has it: a pending task that gets one is
 *   assigned, and an assigned one without any is pending; null if it keeps its status
 */
export function statusWith({ status, assigned_to }: Task, { owner }: TaskForm): 'assigned' | 'pending' | null {
  if (owner === (assigned_to ?? '')) return null;
  if (status === 'pending' && owner !== '') return 'assigned';
  return status === 'assigned' && owner === '' ? 'pending' : null;
}

/**
 * @param listed the task as the form began with it: it is changed only if it is still so
 * @returns what is sent; null if nothing would change
 */
export function changeBody(listed: Task, form: TaskForm): ChangeTaskBody | null {
  const message = form.message.trim();
  const priority = TASK_PRIORITIES.find((one) => one === form.priority && one !== listed.priority);
  const isOther = form.owner !== (listed.assigned_to ?? '');
  if (!isOther && priority === undefined && message === '') return null;
  const to_status = statusWith(listed, form);
  return {
    ...(isOther && { assigned_to: form.owner || null, expected_assigned_to: listed.assigned_to }),
    ...(to_status !== null && { to_status }),
    ...(priority !== undefined && { priority, expected_priority: listed.priority }),
    ...(message !== '' && { message }),
    expected_status: listed.status,
  };
}

/** Says what a task is after a change. */
export function changedNotice({ task, outcome }: TaskAnswer): MoveNotice {
  const { status, assigned_to, priority } = task;
  const is = `${statusName(status)}, owner ${assigned_to ?? 'nobody'}, priority ${priority ?? 'not given'}`;
  const text = `“${shortName(task)}” ${outcome === 'unchanged' ? 'was so already' : 'is changed'}: ${is}.`;
  return { tone: 'good', text, task };
}

/** Says why a change was refused; of a task that changed meanwhile what it is by now, and who changed it last. */
export function changeFault(listed: Task, fault: CommandFault): string {
  const present = fault.problem.code === 'task_changed' ? presentTask(fault) : null;
  if (present === null) return faultSentence(fault, 'Nothing was changed.');
  const [step, known] = [present.history.at(-1), listed.history.at(-1)];
  // A change that its history does not mention may be anybody's.
  const by = JSON.stringify(step) === JSON.stringify(known) ? null : step?.agent_id;
  const changed = by == null ? '' : ` ${by} changed it last.`;
  return `Nothing was changed: the task is ${differences(listed, present).join(', ')}.${changed} Check the form, then apply it again.`;
}

function differences(listed: Task, present: Task): string[] {
  const owner = ({ assigned_to }: Task) => (assigned_to === null ? 'nobody' : assigned_to);
  const priority = ({ priority: one }: Task) => one ?? 'not given';
  return [
    ...(present.status === listed.status
      ? []
      : [`${statusName(present.status)} by now, no longer ${statusName(listed.status)}`]),
    ...(present.assigned_to === listed.assigned_to
      ? []
      : [`assigned to ${owner(present)} by now, no longer to ${owner(listed)}`]),
    ...(present.priority === listed.priority
      ? []
      : [`of the priority ${priority(present)} by now, no longer ${priority(listed)}`]),
  ];
}
