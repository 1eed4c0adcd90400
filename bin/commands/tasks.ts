/** The command `tasks`. */
import { relativeTime } from '../../lib/client/time';
import { TASKS_PATH } from '../../lib/contract/paths';
import { type Task, type TasksState, tasksState } from '../../lib/contract/task-schemas';
import type { TasksCommand } from './arguments';
import type { CommandContext } from './context';
import { EXIT, type ExitCode } from './exit';
import { table, visible } from './text';

const MAX_OBJECTIVE_LENGTH = 100;

export async function listTasks({ agent }: TasksCommand, context: CommandContext): Promise<ExitCode> {
  const { client, common, output } = context;
  const { answer, text } = await client.get(TASKS_PATH, tasksState);
  if (common.json) {
    await output.line(text);
    return EXIT.done;
  }
  const tasks = agent === null ? answer.tasks : answer.tasks.filter(({ assigned_to }) => assigned_to === agent);
  if (tasks.length === 0) output.remark(agent === null ? 'There are no tasks.' : 'It has no tasks.');
  else await output.line(tasksTable(tasks, Date.now()));
  for (const remark of remarksOn(answer)) output.remark(remark);
  return EXIT.done;
}

function tasksTable(tasks: readonly Task[], now: number): string {
  const rows = tasks.map((task) => [
    visible(task.id),
    visible(task.status ?? '?'),
    task.status_since === null ? '?' : relativeTime(task.status_since, now, 'age'),
    visible(task.priority ?? '?'),
    ownerOf(task),
    visible(task.objective, MAX_OBJECTIVE_LENGTH),
  ]);
  return table(['ID', 'STATUS', 'SINCE', 'PRIORITY', 'AGENT', 'OBJECTIVE'], rows);
}

/** @returns who is to do a task; a name of Claude Code's list where its agent is not known */
export function ownerOf({ assigned_to, owner }: Pick<Task, 'assigned_to' | 'owner'>): string {
  return visible(assigned_to ?? owner ?? 'nobody');
}

/** @returns sentences about what the list lacks */
export function remarksOn({ left_off, file }: Pick<TasksState, 'left_off' | 'file'>): string[] {
  return [
    ...(left_off > 0 ? [`${left_off} more tasks are not listed.`] : []),
    ...(file !== null && file.state !== 'ok' && file.state !== 'missing' ? [visible(file.reason)] : []),
  ];
}
