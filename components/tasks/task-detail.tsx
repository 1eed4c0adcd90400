import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef } from 'react';
import type { Address } from '@/lib/client/address';
import { NO_CHOICE } from '@/lib/client/message-filter';
import { formatCount } from '@/lib/client/text';
import { TASK_BOUNDS } from '@/lib/contract/task-bounds';
import type { Task } from '@/lib/contract/task-schemas';
import { AddressLink } from '../ui/address-link';
import { AgentName } from '../ui/agent-name';
import { Fact } from '../ui/fact';
import { FoldedText } from '../ui/folded-text';
import { X } from '../ui/more-icons';
import { Text, Words } from '../ui/text';
import { ClockTime, RelativeTime } from '../ui/time';
import { type LocksByPath, movesOf, statusName, type TaskChange, type TaskIndex, taskFiles } from './board';
import { isChangeable } from './change-task';
import { Age, Blockers, Owner, TaskFile } from './task-card';

/** Of past moments the newest three changes of a task are recorded. */
const PAST_CHANGES = 3;

interface TaskDetailProps {
  task: Task;
  index: TaskIndex;
  locks: LocksByPath;
  acts: boolean;
  past: boolean;
  onMenu: (task: Task, anchor: HTMLElement) => void;
  onEdit: (task: Task) => void;
  onGo: (to: Partial<Address>) => void;
  onClose: () => void;
}

/** Everything that is known about a task. */
export function TaskDetail({ task, index, locks, acts, past, onMenu, onEdit, onGo, onClose }: TaskDetailProps) {
  const { key, id, list, status, priority, error } = task;
  const aside = useRef<HTMLElement>(null);
  // On a narrow screen it replaces the board, and with it the card that had the focus.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is not read, its change is the trigger
  useLayoutEffect(() => {
    const focused = document.activeElement;
    if (focused instanceof HTMLElement && focused !== document.body && focused.offsetParent !== null) return;
    if (aside.current?.offsetParent != null && aside.current.clientWidth >= window.innerWidth * 0.9)
      aside.current.focus();
  }, [key]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    onClose();
  };
  return (
    <section
      ref={aside}
      aria-label="Task"
      tabIndex={-1}
      onKeyDown={onKeyDown}
      className="flex min-h-0 w-full flex-col border-line outline-none md:w-[26rem] md:shrink-0 md:border-l"
    >
      <header className="flex h-9 shrink-0 items-center gap-2 border-line border-b pr-2 pl-4">
        <h2 className="font-semibold">{statusName(status)}</h2>
        <span className="min-w-0 truncate text-muted">
          <Age since={task.status_since} />
        </span>
        <span className="ml-auto flex shrink-0">
          {acts && movesOf(task).length > 0 && (
            <button
              type="button"
              aria-haspopup="menu"
              className="quiet-button"
              onClick={({ currentTarget }) => onMenu(task, currentTarget)}
            >
              Move to…
            </button>
          )}
          {acts && isChangeable(task) && (
            <button
              type="button"
              aria-haspopup="dialog"
              title="Change its owner or priority (e)"
              className="quiet-button"
              onClick={() => onEdit(task)}
            >
              Change…
            </button>
          )}
          <button type="button" aria-label="Close" title="Close (Escape)" onClick={onClose} className="icon-button">
            <X className="size-4" />
          </button>
        </span>
      </header>
      <section
        aria-label="About this task"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="wrap-anywhere min-h-0 flex-1 space-y-2 overflow-y-auto px-4 py-2"
      >
        {task.objective.trim() === '' ? (
          <p className="text-muted">(no objective)</p>
        ) : (
          <FoldedText key={key} text={task.objective} />
        )}
        {error !== null && error !== '' && (
          <p className="text-bad">
            <Text value={error} max={TASK_BOUNDS.error} />
          </p>
        )}
        <dl className="grid grid-cols-[minmax(6rem,auto)_minmax(0,1fr)] gap-x-3">
          <Fact name="Owner">
            <Owner task={task} onGo={onGo} />
          </Fact>
          <Fact name="Priority">{priority === null ? 'not given' : <Text value={priority} max={40} />}</Fact>
          <Places task={task} index={index} locks={locks} onGo={onGo} />
          <Fact name="Created">
            <When at={task.created_at} />
            {task.created_by !== null && (
              <>
                {' by '}
                <AgentName id={task.created_by} />
              </>
            )}
          </Fact>
          <Fact name="Changed">
            <When at={task.updated_at} />
          </Fact>
          <Fact name="Id">
            <code translate="no">
              <Text value={id} />
            </code>
          </Fact>
          <Fact name="From">{list === null ? 'TASKS.json' : <ListName list={list} />}</Fact>
        </dl>
        {list === null && (
          <p>
            <AddressLink to={{ ...NO_CHOICE, message: null, q: id }} onGo={onGo}>
              Messages that name this task
            </AddressLink>
          </p>
        )}
        <TaskHistory task={task} past={past} />
      </section>
    </section>
  );
}

function ListName({ list }: { list: string }): ReactNode {
  return (
    <>
      the list <Text value={list} /> of Claude Code, which only its own sessions change
    </>
  );
}

function When({ at }: { at: string | null }) {
  return at === null ? 'time not known' : <RelativeTime instant={at} />;
}

/** What a task depends on, and where it belongs. */
function Places({ task, index, locks, onGo }: Pick<TaskDetailProps, 'task' | 'index' | 'locks' | 'onGo'>) {
  const { context_id, parent_task_id: parent, list } = task;
  const files = taskFiles(task);
  const blockers = index.blockersOf(task);
  const dependents = index.dependentsOf(task).map((one) => ({ id: one.key, task: one }));
  const above = parent === null ? [] : [{ id: parent, task: index.sibling(list, parent) }];
  return (
    <>
      {blockers.length > 0 && (
        <Fact name="Blocked by">
          <Blockers blockers={blockers} most={TASK_BOUNDS.blockers} onGo={onGo} />
        </Fact>
      )}
      {dependents.length > 0 && (
        <Fact name="Blocks">
          <Blockers blockers={dependents} most={TASK_BOUNDS.blockers} onGo={onGo} />
        </Fact>
      )}
      {above.length > 0 && (
        <Fact name="Part of">
          <Blockers blockers={above} most={1} onGo={onGo} />
        </Fact>
      )}
      {context_id !== null && (
        <Fact name="Context">
          <AddressLink to={{ view: 'work', part: 'contexts' }} onGo={onGo}>
            <Text value={context_id} max={100} />
          </AddressLink>
        </Fact>
      )}
      {files.length > 0 && (
        <Fact name="Files">
          <ul>
            {files.map((file) => (
              <li key={file}>
                <TaskFile file={file} locks={locks} onGo={onGo} />
              </li>
            ))}
          </ul>
        </Fact>
      )}
    </>
  );
}

function TaskHistory({ task: { history, list }, past }: Pick<TaskDetailProps, 'task' | 'past'>) {
  const most = past ? PAST_CHANGES : TASK_BOUNDS.changes;
  if (history.length === 0) {
    return (
      <p className="text-muted">{list === null ? 'It has no history.' : 'Lists of Claude Code have no history.'}</p>
    );
  }
  return (
    <section aria-label="History">
      <h3 className="border-line border-b pb-1 font-semibold">History</h3>
      <ol>
        {history.toReversed().map((change, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: changes have no other identity
          <li key={history.length - place} className="py-1">
            <Change change={change} />
          </li>
        ))}
      </ol>
      {history.length >= most && (
        <p className="text-muted">The newest {formatCount(most)} changes; older ones, if any, are not listed here.</p>
      )}
    </section>
  );
}

function Change({ change }: { change: TaskChange }) {
  const { at, from_status: from, to_status: to, agent_id, message } = change;
  return (
    <>
      <span className="text-muted">{at === null ? 'at an unknown time' : <ClockTime instant={at} />}</span>{' '}
      {from === to ? 'remark' : `${from === null ? '' : `${statusName(from)} → `}${statusName(to)}`}
      {agent_id !== null && (
        <>
          {' '}
          <span className="text-muted">by</span> <AgentName id={agent_id} />
        </>
      )}
      {message !== '' && (
        <span className="block text-muted">
          <Words value={message} max={TASK_BOUNDS.message} />
        </span>
      )}
    </>
  );
}
