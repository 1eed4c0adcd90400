/** Acquires, refreshes and releases locks, on behalf of an agent or by force. */
import { acquireLockBody, cleanUpLocksBody, releaseLockBody } from '../../../contract/lock-requests';
import { CLEAN_UP_LOCKS_PATH, LOCKS_PATH, RELEASE_LOCK_PATH } from '../../../contract/paths';
import { declareAction } from '../action-endpoint';
import type { Endpoint } from '../endpoint';

export const LOCK_COMMANDS: readonly Endpoint[] = [
  declareAction({
    path: LOCKS_PATH,
    method: 'POST',
    id: 'acquireLock',
    summary: 'Lock a path for an agent',
    description:
      "As the swarm's own tool does: 201 if the agent has the lock now, 200 if it had it already and it was refreshed. A " +
      'lock of another agent past the timeout is taken over. Otherwise 409 `lock_conflict`, with the locks that are in ' +
      'the way as `conflicts`, or with the lock file that nobody can read as `unreadable`.',
    tag: 'Commands',
    answer: 'acquiredLock',
    body: {
      schema: acquireLockBody,
      example: { agent_id: 'agent-1', filepath: 'src/app.ts', reason: 'rounding', timeout_seconds: 300 },
      required: true,
    },
    action: (actions) => actions.locks.acquire,
    input: ({ body }) => body,
  }),
  declareAction({
    path: RELEASE_LOCK_PATH,
    method: 'POST',
    id: 'releaseLock',
    summary: 'Release a lock, of an agent or by force',
    description:
      'On behalf of an agent (`agent_id`, `filepath`): 409 `lock_held_by_other` if it is the lock of another one. By force ' +
      '(`lock_file`, `expected`, `force: true`): whoever has it, but only if the file still has what is expected; ' +
      'otherwise 409 `lock_changed`. Both have the present lock as `lock`. The holder is not notified.',
    tag: 'Commands',
    answer: 'releasedLock',
    body: {
      schema: releaseLockBody,
      example: { agent_id: 'agent-1', filepath: 'src/app.ts' },
      required: true,
    },
    action: (actions) => actions.locks.release,
    input: ({ body }) => body,
  }),
  declareAction({
    path: CLEAN_UP_LOCKS_PATH,
    method: 'POST',
    id: 'cleanUpLocks',
    summary: 'Remove all locks past the timeout',
    description:
      "By the swarm's own timeout, whoever has them. Each is removed only if it has not changed since it was read. With " +
      '`dry_run` nothing is removed.',
    tag: 'Commands',
    answer: 'cleanedUpLocks',
    body: { schema: cleanUpLocksBody, example: { dry_run: true }, required: false },
    action: (actions) => actions.locks.cleanUp,
    input: ({ body }) => body,
  }),
];
