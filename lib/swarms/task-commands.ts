/** The commands about tasks of a live swarm. */
import { createTaskActions, type TaskActions } from '../actions/tasks';
import { describeTask } from '../rules/task-board';
import type { TasksReader } from '../sources/claudeswarm/tasks';
import type { SwarmAttention } from './attention';
import type { Readiness } from './readiness';
import type { StatePublisher } from './state-publisher';

interface TaskParts {
  /** The swarm's root, absolute, symbolic links resolved. */
  root: string;
  operatorName: string;
  tasks: Pick<TasksReader, 'refresh'>;
  publisher: Pick<StatePublisher, 'describeInTurns'>;
  attention: Pick<SwarmAttention, 'request'>;
  readiness: Pick<Readiness, 'filesRead'>;
}

/** @returns commands whose effect is published before they are answered */
export function liveTaskActions({
  root,
  operatorName,
  tasks,
  publisher,
  attention,
  readiness,
}: TaskParts): TaskActions {
  return createTaskActions({
    ...{ root, operatorName, describe: describeTask },
    publish: async () => {
      if (!tasks.refresh()) return;
      attention.request();
      // Before that, the first refresh of everything describes what it reads.
      if (readiness.filesRead) await publisher.describeInTurns();
    },
  });
}
