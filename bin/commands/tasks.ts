/** The command `tasks`. */
import { skippedSentences } from '../../lib/client/skipped-sentences';
import { isUnknown } from '../../lib/client/source-state';
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
  if (tasks.length === 0) output.remark(noTasks(answer, agent !== null));
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

/**
 * @param chosen whether only some of the tasks were asked for
 * @returns a sentence for an empty list, which says that there are no tasks only if that is known
 */
export function noTasks({ tasks, left_off, file }: TasksState, chosen: boolean): string {
  const isKnown = file !== null && !isUnknown(file) && left_off === 0;
  if (isKnown) return chosen ? 'No such task.' : 'There are no tasks.';
  return tasks.length === 0 ? 'The tasks are not known.' : 'No such task is listed.';
}

/** @returns sentences about what the list lacks */
export function remarksOn({ left_off, file }: Pick<TasksState, 'left_off' | 'file'>): string[] {
  const isOld = file !== null && (file.kept_from !== null || (file.state !== 'ok' && file.state !== 'missing'));
  return [
    ...(left_off > 0 ? [`${left_off} more tasks are not listed.`] : []),
    ...(isOld ? [visible(file.reason)] : []),
    ...(file === null ? [] : skippedSentences(file)).map((sentence) => visible(`TASKS.json: ${sentence}`)),
  ];
}
