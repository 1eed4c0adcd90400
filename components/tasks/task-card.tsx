import { memo } from 'react';
import type { Address } from '@/lib/client/address';
import { asText, formatCount } from '@/lib/client/text';
import type { Task } from '@/lib/contract/task-schemas';
import { AddressLink } from '../ui/address-link';
import { AgentName } from '../ui/agent-name';
import { LockKeyhole } from '../ui/icons';
import { Ellipsis } from '../ui/more-icons';
import { Text } from '../ui/text';
import { RelativeTime } from '../ui/time';
import { type Blocker, isFinished, type LocksByPath, lockOn, ownerOf, shortName, taskFiles } from './board';

const MAX_NAMED = 2;
const OBJECTIVE = 300;

interface TaskCardProps {
  task: Task;
  blockers: readonly Blocker[];
  locks: LocksByPath;
  chosen: boolean;
  /** It can be moved. */
  moves: boolean;
  busy: boolean;
  tabIndex: 0 | -1;
  onGo: (to: Partial<Address>) => void;
}

/** A task at a glance. Its buttons are handled by the board: `data-card` opens it, `data-move` opens the menu. */
export const TaskCard = memo(function TaskCard(props: TaskCardProps) {
  const { task, blockers, locks, chosen, moves, busy, tabIndex, onGo } = props;
  const { key, objective, error, list } = task;
  const files = taskFiles(task);
  const links = { tabIndex, onGo };
  return (
    <li
      data-task={key}
      data-chosen={chosen || undefined}
      draggable={moves || undefined}
      aria-busy={busy || undefined}
      className="wrap-anywhere rounded-md border border-line bg-paper px-2 py-1.5 aria-busy:opacity-60 data-chosen:border-accent data-chosen:bg-tint has-[[data-card]:focus-visible]:outline-2 has-[[data-card]:focus-visible]:outline-accent [&[draggable]]:cursor-grab"
    >
      <div className="flex items-start gap-1">
        <button
          type="button"
          data-card
          tabIndex={tabIndex}
          aria-pressed={chosen}
          className="line-clamp-3 min-w-0 flex-1 cursor-pointer text-left focus-visible:outline-none"
        >
          {objective.trim() === '' ? (
            <span className="text-muted">(no objective)</span>
          ) : (
            <Text value={objective.slice(0, OBJECTIVE).replace(/\s+/g, ' ')} max={OBJECTIVE} prose />
          )}
        </button>
        {moves && (
          <button
            type="button"
            data-move
            tabIndex={tabIndex}
            aria-haspopup="menu"
            aria-label={`Move ${shortName(task)}`}
            title="Move to… (m)"
            className="icon-button -my-0.5 -mr-1"
          >
            <Ellipsis className="size-4" />
          </button>
        )}
      </div>
      <p className="flex flex-wrap items-baseline gap-x-2 text-muted text-xs">
        <Priority priority={task.priority} />
        <Owner task={task} {...links} />
        <Age since={task.status_since} />
        {list !== null && (
          <span className="tag" title="A task list of Claude Code">
            <Text value={list} max={30} />
          </span>
        )}
      </p>
      {blockers.length > 0 && (
        <p className="text-xs">
          <span className="text-muted">blocked by </span>
          <Blockers blockers={blockers} most={MAX_NAMED} {...links} />
        </p>
      )}
      {files.length > 0 && (
        <p className="text-muted text-xs">
          {files.slice(0, MAX_NAMED).map((file) => (
            <span key={file} className="block truncate">
              <TaskFile file={file} locks={locks} {...links} />
            </span>
          ))}
          {files.length > MAX_NAMED && <>and {formatCount(files.length - MAX_NAMED)} more files</>}
        </p>
      )}
      {error !== null && error !== '' && (
        <p className="line-clamp-2 text-bad text-xs">
          <Text value={error} max={200} />
        </p>
      )}
    </li>
  );
});

const PRIORITY_COLOURS: Record<string, string> = { critical: 'text-bad', high: 'text-warn' };

/** The usual one is not marked. */
function Priority({ priority }: { priority: string | null }) {
  if (priority === null || priority === 'normal') return null;
  return (
    <span className={`tag ${PRIORITY_COLOURS[priority] ?? ''}`} title="Priority">
      <Text value={priority} max={20} />
    </span>
  );
}

interface LinkProps {
  tabIndex?: 0 | -1;
  onGo: (to: Partial<Address>) => void;
}

/** Whom a task is assigned to. The name of an owner in a list is a link only where it is known which agent is meant. */
export function Owner({ task, tabIndex, onGo }: LinkProps & { task: Task }) {
  if (task.assigned_to !== null) {
    return (
      <AddressLink to={{ agent: task.assigned_to }} tabIndex={tabIndex} onGo={onGo} className="hover:underline">
        <AgentName id={task.assigned_to} max={40} />
      </AddressLink>
    );
  }
  const owner = ownerOf(task);
  if (owner === null) return <span>nobody</span>;
  return (
    <span title="Its list names this owner; which agent is meant is not known">
      <Text value={owner} max={40} />
    </span>
  );
}

/** Since when a task has its status, if its history says so. */
export function Age({ since }: { since: string | null }) {
  if (since === null) return <span title="Its history does not say since when it has its status">age unknown</span>;
  return <RelativeTime instant={since} form="age" label="In this status since" />;
}

/** What a task waits for: unfinished ones first. */
export function Blockers({
  blockers,
  most,
  tabIndex,
  onGo,
}: LinkProps & { blockers: readonly Blocker[]; most: number }) {
  const isDone = ({ task }: Blocker) => task !== null && isFinished(task);
  const ordered = [...blockers.filter((one) => !isDone(one)), ...blockers.filter(isDone)];
  return (
    <>
      {ordered.slice(0, most).map((blocker, index) => (
        <span key={blocker.id}>
          {index > 0 && ', '}
          <BlockerLink blocker={blocker} tabIndex={tabIndex} onGo={onGo} />
        </span>
      ))}
      {ordered.length > most && <span className="text-muted"> and {formatCount(ordered.length - most)} more</span>}
    </>
  );
}

function BlockerLink({ blocker: { id, task }, tabIndex, onGo }: LinkProps & { blocker: Blocker }) {
  if (task === null) {
    return (
      <span className="text-muted" title="No task with this id is listed">
        <Text value={id} max={40} /> (not listed)
      </span>
    );
  }
  return (
    <>
      <AddressLink to={{ task: task.key, view: 'tasks' }} tabIndex={tabIndex} onGo={onGo}>
        {shortName(task)}
      </AddressLink>
      {isFinished(task) && <span className="text-muted"> ({task.status})</span>}
    </>
  );
}

/** A file of a task, with a link to the lock on it. */
export function TaskFile({ file, locks, tabIndex, onGo }: LinkProps & { file: string; locks: LocksByPath }) {
  const lock = lockOn(locks, file);
  const path = (
    <code translate="no">
      <Text value={file} max={200} />
    </code>
  );
  if (lock === undefined) return path;
  return (
    <AddressLink to={{ lock: lock.lock_file, agent: null }} tabIndex={tabIndex} onGo={onGo}>
      <span title={`Locked by ${asText(lock.agent_id) || 'an unknown holder'}`}>
        <LockKeyhole className="mr-0.5 inline size-3 align-[-0.125em]" />
        <span className="sr-only">locked: </span>
        {path}
      </span>
    </AddressLink>
  );
}
