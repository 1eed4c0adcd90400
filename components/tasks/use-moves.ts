import { useState } from 'react';
import { requestPath } from '@/lib/client/api';
import { sendCommand } from '@/lib/client/commands';
import { TASK_PATH } from '@/lib/contract/paths';
import type { ChangeTaskBody, TaskAnswer } from '@/lib/contract/task-requests';
import type { Task } from '@/lib/contract/task-schemas';
import type { TaskStatus } from '@/lib/contract/task-transitions';
import { movesOf } from './board';
import { type MoveNotice, movedNotice, refusedNotice } from './move-words';

export interface Moves {
  /** The key of the task that is being changed; null for none. */
  busy: string | null;
  /** What became of the last change. */
  notice: MoveNotice | null;
  dismiss: () => void;
  say: (notice: MoveNotice) => void;
  /** The task for which an agent must be chosen before it can be moved to `assigned`. */
  assigning: Task | null;
  stopAssigning: () => void;
  /** Moves a task if that is allowed; to `assigned` only once an agent is known. */
  move: (task: Task, to: TaskStatus) => void;
  /** Moves a task to `assigned`. */
  assign: (task: Task, agent: string) => void;
}

/** Moves tasks from status to status, one at a time, each only as it is on the page: one that changed is not touched. */
export function useMoves(): Moves {
  const [busy, setBusy] = useState<string | null>(null);
  const [notice, setNotice] = useState<MoveNotice | null>(null);
  const [assigning, setAssigning] = useState<Task | null>(null);
  const send = async (task: Task, to: TaskStatus, more: Partial<ChangeTaskBody>) => {
    setBusy(task.key);
    setNotice(null);
    const body = { to_status: to, expected_status: task.status, ...more };
    const sent = await sendCommand<TaskAnswer>('POST', requestPath(TASK_PATH, undefined, task.key), body);
    setBusy(null);
    setNotice(sent.ok ? movedNotice(sent.answer) : refusedNotice(task, sent));
  };
  const move = (task: Task, to: TaskStatus) => {
    if (busy !== null || !movesOf(task).includes(to)) return;
    if (to === 'assigned' && task.assigned_to === null) setAssigning(task);
    else void send(task, to, {});
  };
  const assign = (task: Task, agent: string) => {
    setAssigning(null);
    void send(task, 'assigned', { assigned_to: agent });
  };
  return {
    ...{ busy, notice, assigning, move, assign, say: setNotice },
    dismiss: () => setNotice(null),
    stopAssigning: () => setAssigning(null),
  };
}
