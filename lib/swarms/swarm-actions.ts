/** The commands of a live swarm. */

import type { AckActions } from '../actions/acks';
import type { LockActions } from '../actions/locks';
import type { PermissionActions } from '../actions/permissions';
import type { ActionRunner } from '../actions/runner';
import type { TaskActions } from '../actions/tasks';
import type { TerminalActions } from '../actions/terminal/terminal-actions';
import type { MessageActions } from './message-actions';

export interface SwarmActions {
  readonly runner: ActionRunner;
  readonly locks: LockActions;
  readonly messages: MessageActions;
  readonly acks: AckActions;
  readonly terminal: TerminalActions;
  readonly permissions: PermissionActions;
  readonly tasks: TaskActions;
}

/** @returns every command that is recorded */
export function allActions({ locks, messages, acks, terminal, permissions, tasks }: Omit<SwarmActions, 'runner'>) {
  const { acquire, release, cleanUp } = locks;
  return [
    acquire,
    release,
    cleanUp,
    messages.send,
    messages.withdraw,
    acks.remove,
    terminal.type,
    terminal.press,
    terminal.interrupt,
    permissions.answer,
    tasks.create,
    tasks.change,
  ];
}
