import { useEffect, useMemo, useRef, useState } from 'react';
import type { Address } from '@/lib/client/address';
import { mayAct, useMe } from '@/lib/client/commands';
import { useShortcut } from '@/lib/client/shortcuts';
import { isUnknown } from '@/lib/client/source-state';
import { counted } from '@/lib/client/text';
import { compareNaturally } from '@/lib/contract/natural-order';
import type { AgentsAnswer, LocksAnswer } from '@/lib/contract/schemas';
import type { Task, TasksState } from '@/lib/contract/task-schemas';
import { X } from '../ui/more-icons';
import { Empty } from '../ui/panel';
import { SourceNotice } from '../ui/source-notice';
import { Text } from '../ui/text';
import { AssignDialog } from './assign-dialog';
import { ALL_TASKS, chosenTasks, locksByPath, TaskIndex } from './board';
import { BoardColumns } from './board-columns';
import { focusCard, focusedTask } from './card-focus';
import { ChangeDialog } from './change-dialog';
import { isChangeable } from './change-task';
import { MoveMenu } from './move-menu';
import { type MoveNotice, movedNotice } from './move-words';
import { NewTaskDialog } from './new-task-dialog';
import { TaskDetail } from './task-detail';
import { TaskFilter } from './task-filter';
import { useHeld, useStable } from './use-held';
import { useMoves } from './use-moves';

interface TasksViewProps {
  /** At the moment on the page. */
  tasks: TasksState;
  /** Whether tasks were recorded at that moment. */
  known: boolean;
  locks: LocksAnswer;
  agents: AgentsAnswer;
  /** The page shows a past moment or an exported time range. */
  past: boolean;
  address: Address;
  change: (to: Partial<Address>, push?: boolean) => void;
}

/** The tasks of the swarm and of Claude Code's lists as a board. */
export function TasksView({ tasks: state, known, ...props }: TasksViewProps) {
  if (!known) {
    return <Empty title="Tasks were not recorded at this moment.">Choose a later moment, or go back to live.</Empty>;
  }
  if (state.file === null && state.tasks.length === 0 && !props.past) {
    return <p className="px-4 py-2 text-muted">Loading…</p>;
  }
  return <KnownTasks state={state} {...props} />;
}

function KnownTasks({
  state,
  locks,
  agents,
  past,
  address,
  change,
}: Omit<TasksViewProps, 'tasks' | 'known'> & { state: TasksState }) {
  const acts = mayAct(useMe(), 'tasks');
  const moves = useMoves();
  const [menu, setMenu] = useState<{ task: Task; anchor: HTMLElement } | null>(null);
  const [dragging, setDragging] = useState(false);
  const [creating, setCreating] = useState(false);
  const [editing, setEditing] = useState<Task | null>(null);
  // Nothing moves under the hand while a card is dragged or its menu is open.
  const { tasks, left_off, file } = useHeld(state, dragging || menu !== null);
  const index = useMemo(() => new TaskIndex(tasks), [tasks]);
  const byPath = useMemo(() => locksByPath(locks.locks), [locks]);
  const { owner, priority, list, find } = address;
  const choice = useMemo(() => ({ owner, priority, list, find }), [owner, priority, list, find]);
  const shown = useMemo(() => chosenTasks(tasks, choice), [tasks, choice]);
  const ids = useMemo(() => idsOf(agents), [agents]);
  const go = useStable((to: Partial<Address>) => change(to, true));
  const place = useRef<HTMLDivElement>(null);
  const opened = address.task === null ? null : index.byKey(address.task);
  useOpenedInView(place, opened?.key ?? null);
  useShortcut('n', 'New task', () => setCreating(true), { group: 'Tasks', enabled: acts });
  const edit = () => {
    const key = focusedTask(place.current) ?? address.task;
    const task = key === null ? null : index.byKey(key);
    if (task !== null && isChangeable(task)) setEditing(task);
  };
  useShortcut('e', 'Change the owner or priority of the task that has the focus', edit, {
    ...{ group: 'Tasks', enabled: acts },
  });
  const close = () => {
    const key = address.task;
    change({ task: null });
    if (key !== null) requestAnimationFrame(() => focusCard(place.current, key));
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <TaskFilter
        tasks={tasks}
        shown={shown.length}
        choice={choice}
        onChange={change}
        onNew={acts ? () => setCreating(true) : null}
      />
      {file !== null && <SourceNotice file="TASKS.json" source={file} />}
      {left_off > 0 && (
        <p className="shrink-0 px-4 py-0.5 text-warn">
          {counted(left_off, 'more task')} {left_off === 1 ? 'is' : 'are'} not listed, the oldest finished ones first.
        </p>
      )}
      <Notice notice={moves.notice} onDismiss={moves.dismiss} />
      {address.task !== null && opened === null && (
        <p className="wrap-anywhere shrink-0 px-4 py-0.5 text-muted">
          The task <Text value={address.task} max={80} /> is not listed{past ? ' at this moment' : ''}.{' '}
          <button type="button" className="link" onClick={() => change({ task: null })}>
            Dismiss
          </button>
        </p>
      )}
      {tasks.length === 0 ? (
        <NoTasks past={past} known={file === null || !isUnknown(file)} />
      ) : (
        <div ref={place} className="flex min-h-0 flex-1">
          <div className={`flex min-h-0 min-w-0 flex-1 flex-col ${opened === null ? '' : 'max-md:hidden'}`}>
            {shown.length === 0 ? (
              <NoMatch onShowAll={() => change(ALL_TASKS, true)} />
            ) : (
              <BoardColumns
                tasks={shown}
                index={index}
                locks={byPath}
                chosen={opened?.key ?? null}
                acts={acts}
                busy={moves.busy}
                onOpen={({ key }) => change({ task: key === address.task ? null : key }, true)}
                onMenu={(task, anchor) => setMenu({ task, anchor })}
                onMove={moves.move}
                onDragging={setDragging}
                onGo={go}
              />
            )}
          </div>
          {opened !== null && (
            <TaskDetail
              task={opened}
              index={index}
              locks={byPath}
              acts={acts}
              past={past}
              onMenu={(task, anchor) => setMenu({ task, anchor })}
              onEdit={setEditing}
              onGo={go}
              onClose={close}
            />
          )}
        </div>
      )}
      {menu !== null && (
        <MoveMenu
          key={menu.task.key}
          {...menu}
          onMove={(to) => moves.move(menu.task, to)}
          onClose={() => setMenu(null)}
        />
      )}
      {moves.assigning !== null && (
        <AssignDialog
          task={moves.assigning}
          agents={ids}
          onAssign={(agent) => moves.assigning && moves.assign(moves.assigning, agent)}
          onClose={moves.stopAssigning}
        />
      )}
      {editing !== null && (
        <ChangeDialog task={editing} agents={ids} onChanged={moves.say} onClose={() => setEditing(null)} />
      )}
      {creating && (
        <NewTaskDialog
          tasks={tasks}
          agents={ids}
          onCreated={(answer) => moves.say(movedNotice(answer))}
          onClose={() => setCreating(false)}
        />
      )}
    </div>
  );
}

function idsOf({ agents }: AgentsAnswer): string[] {
  return [...new Set(agents.map(({ id }) => id))].sort(compareNaturally);
}

/** A link to a task brings its card into view; later changes of the board leave it where the reader put it. */
function useOpenedInView(place: { current: HTMLElement | null }, key: string | null): void {
  useEffect(() => {
    if (key === null) return;
    const card = place.current?.querySelector(`[data-task="${CSS.escape(key)}"]`);
    card?.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
  }, [place, key]);
}

function Notice({ notice, onDismiss }: { notice: MoveNotice | null; onDismiss: () => void }) {
  return (
    <div role={notice?.tone === 'bad' ? 'alert' : 'status'} className="shrink-0">
      {notice !== null && (
        <p className="wrap-anywhere flex items-center gap-2 px-4 py-0.5">
          <span className={notice.tone === 'bad' ? 'text-bad' : 'text-muted'}>{notice.text}</span>
          <button type="button" aria-label="Dismiss" title="Dismiss" className="icon-button size-5" onClick={onDismiss}>
            <X className="size-3.5" />
          </button>
        </p>
      )}
    </div>
  );
}

/** @param props.known whether what `TASKS.json` holds is known */
function NoTasks({ past, known }: { past: boolean; known: boolean }) {
  if (!known) return <Empty title="The tasks are not known.">Repair TASKS.json; it is read again then.</Empty>;
  if (past) return <Empty title="There were no tasks at this moment.">Choose another moment.</Empty>;
  return (
    <Empty title="There are no tasks.">
      What agents delegate to each other is in TASKS.json of the swarm; tasks of Claude Code’s lists appear here too.
    </Empty>
  );
}

function NoMatch({ onShowAll }: { onShowAll: () => void }) {
  return (
    <Empty title="No task matches.">
      <button type="button" className="link" onClick={onShowAll}>
        Show all tasks
      </button>
    </Empty>
  );
}
