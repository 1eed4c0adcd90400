import { type DragEvent, type KeyboardEvent, type MouseEvent, useLayoutEffect, useRef, useState } from 'react';
import type { Address } from '@/lib/client/address';
import { formatCount } from '@/lib/client/text';
import type { Task } from '@/lib/contract/task-schemas';
import type { TaskStatus } from '@/lib/contract/task-transitions';
import { Scroller } from '../ui/panel';
import { boardColumns, type Column, type LocksByPath, movesOf, neighbourMove, type TaskIndex } from './board';
import { focusCard, neighbourCard } from './card-focus';
import { TaskCard } from './task-card';

/** Of a column; more are shown on request. */
const CARDS_AT_ONCE = 50;

export interface BoardProps {
  /** In their order, after the filters. */
  tasks: readonly Task[];
  index: TaskIndex;
  locks: LocksByPath;
  /** The key of the open task. */
  chosen: string | null;
  /** Tasks may be moved. */
  acts: boolean;
  /** The key of the task that is being changed. */
  busy: string | null;
  onOpen: (task: Task) => void;
  onMenu: (task: Task, anchor: HTMLElement) => void;
  onMove: (task: Task, to: TaskStatus) => void;
  /** A card is being dragged: nothing on the board may move meanwhile. */
  onDragging: (dragging: boolean) => void;
  onGo: (to: Partial<Address>) => void;
}

/**
 * The tasks in columns by status. One tab stop: the arrow keys go from card to card, Enter opens one, M opens its menu,
 * Shift with an arrow moves it to the next column that is allowed.
 */
export function BoardColumns(props: BoardProps) {
  const { tasks, index, acts, busy, onOpen, onMenu, onMove, onDragging } = props;
  const columns = boardColumns(tasks);
  const [active, setActive] = useState<string | null>(null);
  const [dragged, setDragged] = useState<Task | null>(null);
  const board = useKeptFocus();
  const tabStop = active !== null && tasks.some(({ key }) => key === active) ? active : firstKey(columns);
  const taskAt = (place: EventTarget) => {
    const key = place instanceof Element ? place.closest<HTMLElement>('[data-task]')?.dataset.task : undefined;
    return key === undefined ? null : index.byKey(key);
  };
  const drag = (task: Task | null) => {
    setDragged(task);
    onDragging(task !== null);
  };
  const onClick = ({ target }: MouseEvent) => {
    const task = taskAt(target);
    if (task === null || !(target instanceof Element)) return;
    const anchor = target.closest<HTMLElement>('[data-move]');
    if (anchor) onMenu(task, anchor);
    // A plain click anywhere on a card opens it; its text may be selected.
    else if (target.closest('[data-card]') || (!target.closest('a, button') && isNothingSelected())) onOpen(task);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const { target, key, shiftKey } = event;
    const task = taskAt(target);
    if (task === null || !(target instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!target.matches('[data-card], [data-move]')) return;
    const anchor = target.closest('[data-task]')?.querySelector<HTMLElement>('[data-move]');
    const sideways = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : null;
    if (key.toLowerCase() === 'm' && anchor) onMenu(task, anchor);
    else if (shiftKey && sideways !== null) {
      const to = acts ? neighbourMove(task, sideways) : null;
      if (to !== null) onMove(task, to);
    } else if (!neighbourCard(event.currentTarget, target, key)) return;
    event.preventDefault();
  };
  const onDragStart = (event: DragEvent) => {
    const task = taskAt(event.target);
    if (task === null || busy !== null) return event.preventDefault();
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', task.id);
    drag(task);
  };
  return (
    <Scroller
      ref={board}
      label="Board of tasks"
      onClick={onClick}
      onKeyDown={onKeyDown}
      onDragStart={onDragStart}
      onDragEnd={() => drag(null)}
      onFocus={({ target }) => setActive(taskAt(target)?.key ?? active)}
      className="md:overflow-x-auto"
    >
      <div className="flex min-h-full gap-2 px-3 max-md:flex-col max-md:gap-3 max-md:pb-3 md:w-max md:min-w-full">
        {columns.map((column) => (
          <BoardColumn
            key={column.status ?? ''}
            {...props}
            column={column}
            tabStop={tabStop}
            dragged={dragged}
            onDropped={(to) => {
              drag(null);
              if (dragged !== null) onMove(dragged, to);
            }}
          />
        ))}
        <EmptyColumns columns={columns} />
      </div>
    </Scroller>
  );
}

function firstKey(columns: readonly Column[]): string | null {
  return columns.find(({ tasks }) => tasks.length > 0)?.tasks[0]?.key ?? null;
}

function isNothingSelected(): boolean {
  return window.getSelection()?.isCollapsed !== false;
}

/** A card that changes its column is another element: the focus goes with it. */
function useKeptFocus() {
  const board = useRef<HTMLElement>(null);
  const focused = useRef<string | null>(null);
  useLayoutEffect(() => {
    // Kept until the focus or a press goes elsewhere: an element that is removed may or may not report that it lost it.
    const note = ({ target }: Event) => {
      const card = target instanceof Element ? target.closest<HTMLElement>('[data-task]') : null;
      focused.current = card?.dataset.task ?? null;
    };
    document.addEventListener('focusin', note);
    document.addEventListener('pointerdown', note);
    return () => {
      document.removeEventListener('focusin', note);
      document.removeEventListener('pointerdown', note);
    };
  }, []);
  useLayoutEffect(() => {
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (focused.current !== null && isLost) focusCard(board.current, focused.current);
  });
  return board;
}

interface BoardColumnProps extends BoardProps {
  column: Column;
  tabStop: string | null;
  dragged: Task | null;
  onDropped: (to: TaskStatus) => void;
}

function BoardColumn(props: BoardColumnProps) {
  const { column, index, locks, chosen, acts, busy, tabStop, dragged, onDropped, onGo } = props;
  const { status, name, tasks } = column;
  const [limit, setLimit] = useState(CARDS_AT_ONCE);
  const [over, setOver] = useState(false);
  const to = dragged === null ? undefined : movesOf(dragged).find((one) => one === status);
  const isOther = dragged !== null && to === undefined && dragged.status !== status;
  // The open task is shown in any case.
  const place = tasks.findIndex(({ key }) => key === chosen);
  const shown = tasks.slice(0, Math.max(limit, place + 1));
  return (
    <section
      aria-label={`${name}: ${formatCount(tasks.length)}`}
      data-status={status ?? ''}
      onDragOver={(event) => {
        if (to === undefined) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'move';
        setOver(true);
      }}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (to !== undefined) onDropped(to);
      }}
      className={`rounded-md ${tasks.length === 0 ? 'w-24 shrink-0 max-md:hidden' : 'min-w-52 flex-1 md:max-w-96'} ${
        to !== undefined
          ? `outline-1 outline-accent outline-dashed -outline-offset-1 ${over ? 'bg-accent/12' : ''}`
          : ''
      } ${isOther ? 'opacity-50' : ''}`}
    >
      <h2 className="sticky top-0 z-1 truncate bg-paper px-1 py-1 font-medium">
        {name} <span className="font-normal text-muted">{formatCount(tasks.length)}</span>
      </h2>
      <ul aria-label={name} className="space-y-1.5 pb-2">
        {shown.map((task) => (
          <TaskCard
            key={task.key}
            task={task}
            blockers={index.blockersOf(task)}
            locks={locks}
            chosen={task.key === chosen}
            moves={acts && movesOf(task).length > 0}
            busy={task.key === busy}
            tabIndex={task.key === tabStop ? 0 : -1}
            onGo={onGo}
          />
        ))}
      </ul>
      {shown.length < tasks.length && (
        <button type="button" className="link pb-2" onClick={() => setLimit(limit + 2 * CARDS_AT_ONCE)}>
          Show {formatCount(Math.min(2 * CARDS_AT_ONCE, tasks.length - shown.length))} more of {name}
        </button>
      )}
    </section>
  );
}

/** On a narrow screen, empty columns are one line. */
function EmptyColumns({ columns }: { columns: readonly Column[] }) {
  const names = columns.filter(({ tasks }) => tasks.length === 0).map(({ name }) => name);
  return names.length > 0 && <p className="px-1 text-muted md:hidden">No tasks: {names.join(', ')}</p>;
}
