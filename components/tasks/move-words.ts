/** What is said about a change of a task. */

import { type CommandFault, faultSentence } from '@/lib/client/fault-sentence';
import type { TaskAnswer } from '@/lib/contract/task-requests';
import type { Task } from '@/lib/contract/task-schemas';
import { lastStep, shortName, statusName } from './board';

export interface MoveNotice {
  tone: 'good' | 'bad';
  text: string;
  /** The task as it is now; null where that is not known. */
  task: Task | null;
}

export function movedNotice({ task, outcome }: TaskAnswer): MoveNotice {
  const name = `“${shortName(task)}”`;
  const status = statusName(task.status);
  const owner = task.status === 'assigned' && task.assigned_to !== null ? ` to ${task.assigned_to}` : '';
  const text = outcome === 'created' ? `Created ${name}: ${status}${owner}.` : `${name} is ${status}${owner} now.`;
  return { tone: 'good', text, task };
}

/** Says what is there instead, if the server knows it; without an answer not that nothing was moved. */
export function refusedNotice(task: Task, fault: CommandFault): MoveNotice {
  const { problem } = fault;
  const name = `“${shortName(task)}”`;
  const present = presentTask(fault);
  if (problem.code !== 'task_changed' || present === null) {
    return { tone: 'bad', text: `${name}: ${faultSentence(fault, 'It was not moved.')}`, task: present };
  }
  const by = lastStep(present)?.agent_id;
  const changed = by == null ? '' : `, changed by ${by}`;
  const text = `${name} was not moved: it is ${statusName(present.status)} by now${changed}, no longer ${statusName(task.status)}.`;
  return { tone: 'bad', text, task: present };
}

/** @returns the task as it is now, where the refusal of a command has it; null where that is not known */
export function presentTask({ problem }: CommandFault): Task | null {
  return isTask(problem.task) ? problem.task : null;
}

function isTask(value: unknown): value is Task {
  return typeof value === 'object' && value !== null && 'key' in value && 'history' in value;
}
