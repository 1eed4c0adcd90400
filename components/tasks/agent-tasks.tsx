import { use, useMemo } from 'react';
import type { Address } from '@/lib/client/address';
import { Moment } from '@/lib/client/moment';
import { isUnknown } from '@/lib/client/source-state';
import { counted, formatCount } from '@/lib/client/text';
import type { LocksAnswer } from '@/lib/contract/schemas';
import type { TasksState } from '@/lib/contract/task-schemas';
import { AddressLink } from '../ui/address-link';
import { DetailPart } from '../ui/detail-part';
import { Text } from '../ui/text';
import { ALL_TASKS, isFinished, locksByPath, shortName, statusName, TaskIndex, taskFiles } from './board';
import { Age, Blockers, TaskFile } from './task-card';

const MAX_OPEN = 20;
const MAX_FINISHED = 5;
const MAX_FILES = 3;

interface AgentTasksProps {
  id: string;
  tasks: TasksState;
  locks: LocksAnswer;
  onGo: (to: Partial<Address>) => void;
}

/** The tasks that are assigned to an agent: unfinished ones, and the newest finished ones. */
export function AgentTasks({ id, tasks: { tasks, left_off, file }, locks, onGo }: AgentTasksProps) {
  const past = use(Moment) !== null;
  const own = useMemo(() => tasks.filter(({ assigned_to }) => assigned_to === id), [tasks, id]);
  const index = useMemo(() => new TaskIndex(tasks), [tasks]);
  const byPath = useMemo(() => locksByPath(locks.locks), [locks]);
  const unknown = file !== null && isUnknown(file);
  if (own.length === 0 && !unknown) return null;
  const open = own.filter((task) => !isFinished(task));
  const finished = own.filter(isFinished);
  const shown = [...open.slice(0, MAX_OPEN), ...finished.slice(0, MAX_FINISHED)];
  return (
    <DetailPart title="Its tasks" note={open.length > 0 && `${formatCount(open.length)} unfinished`}>
      {unknown && (
        <p className="wrap-anywhere text-muted">
          Its tasks in TASKS.json are not known. <Text value={file.reason ?? ''} max={300} prose />
        </p>
      )}
      <ul>
        {shown.map((task) => (
          <li key={task.key} className="wrap-anywhere py-1">
            <div className="flex items-baseline gap-2">
              <AddressLink to={{ task: task.key, view: 'tasks' }} onGo={onGo} className="link min-w-0">
                {shortName(task)}
              </AddressLink>
              <span className="ml-auto shrink-0 text-muted">
                {statusName(task.status)} · <Age since={task.status_since} />
              </span>
            </div>
            {task.blocked_by.length > 0 && !isFinished(task) && (
              <p className="text-muted">
                blocked by <Blockers blockers={index.blockersOf(task)} most={MAX_FILES} onGo={onGo} />
              </p>
            )}
            {!isFinished(task) &&
              taskFiles(task)
                .slice(0, MAX_FILES)
                .map((file) => (
                  <span key={file} className="mr-2 inline-block max-w-full text-muted">
                    <TaskFile file={file} locks={byPath} onGo={onGo} />
                  </span>
                ))}
          </li>
        ))}
      </ul>
      <p className="text-muted">
        {own.length > shown.length && `and ${counted(own.length - shown.length, 'more task')}. `}
        <AddressLink to={{ ...ALL_TASKS, owner: id, task: null, view: 'tasks' }} onGo={onGo}>
          Show {past ? 'its tasks of this moment' : 'all its tasks'} on the board
        </AddressLink>
        {left_off > 0 && ' It may have more, which are not listed.'}
      </p>
    </DetailPart>
  );
}
