/** The statuses of tasks in `TASKS.json`, and which may follow which. Browser-safe. */

export const TASK_STATUSES = [
  'pending',
  'assigned',
  'working',
  'review',
  'blocked',
  'failed',
  'completed',
  'cancelled',
] as const;

export type TaskStatus = (typeof TASK_STATUSES)[number];

export const TASK_PRIORITIES = ['low', 'normal', 'high', 'critical'] as const;

export type TaskPriority = (typeof TASK_PRIORITIES)[number];

/** The swarm's tool refuses every other change of a status. */
const TRANSITIONS: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  pending: ['assigned', 'cancelled'],
  assigned: ['working', 'blocked', 'cancelled', 'pending'],
  working: ['review', 'blocked', 'failed', 'cancelled', 'completed'],
  review: ['completed', 'working', 'failed', 'cancelled'],
  blocked: ['pending', 'assigned', 'working', 'cancelled', 'failed'],
  failed: ['pending'],
  completed: [],
  cancelled: [],
};

export function isTaskStatus(status: string | null): status is TaskStatus {
  return status !== null && Object.hasOwn(TRANSITIONS, status);
}

/** @returns the statuses that may follow one; none after a status that is not known */
export function followingStatuses(status: string | null): readonly TaskStatus[] {
  return isTaskStatus(status) ? TRANSITIONS[status] : [];
}
