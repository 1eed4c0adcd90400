import { type KeyboardEvent, useEffectEvent, useLayoutEffect, useRef } from 'react';
import type { Task } from '@/lib/contract/task-schemas';
import type { TaskStatus } from '@/lib/contract/task-transitions';
import { movesOf, shortName, statusName } from './board';

const MARGIN = 8;

interface MoveMenuProps {
  task: Task;
  /** The button that it belongs to. */
  anchor: HTMLElement;
  onMove: (to: TaskStatus) => void;
  onClose: () => void;
}

/**
 * The statuses to which a task may be moved. The browser's own popover: it is above everything, closes on Escape or a
 * press elsewhere, and returns the focus.
 */
export function MoveMenu({ task, anchor, onMove, onClose }: MoveMenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const close = useEffectEvent(onClose);
  useLayoutEffect(() => {
    const box = menu.current;
    if (!box) return;
    const onToggle = (event: Event) => {
      if ((event as ToggleEvent).newState === 'closed') close();
    };
    box.addEventListener('toggle', onToggle);
    anchor.focus();
    box.showPopover();
    placeAt(box, anchor);
    box.querySelector('button')?.focus();
    return () => {
      box.removeEventListener('toggle', onToggle);
      box.hidePopover();
    };
  }, [anchor]);
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const items = [...event.currentTarget.querySelectorAll('button')];
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    const next = nextItem(event.key, at, items.length);
    if (event.key === 'Tab') menu.current?.hidePopover();
    else if (next === null) return;
    else items[next]?.focus();
    event.preventDefault();
  };
  return (
    <div
      ref={menu}
      popover="auto"
      role="menu"
      aria-label={`Move ${shortName(task)} to`}
      // While it is open, the page's shortcuts are off.
      data-modal
      onKeyDown={onKeyDown}
      className="fixed inset-auto m-0 min-w-36 rounded-md border border-line bg-paper py-1 text-ink shadow-lg"
    >
      {movesOf(task).map((to) => (
        <button
          key={to}
          type="button"
          role="menuitem"
          tabIndex={-1}
          onClick={() => {
            menu.current?.hidePopover();
            onMove(to);
          }}
          className={`block w-full cursor-pointer px-3 py-1 text-left outline-none hover:bg-tint focus:bg-tint max-md:py-2 ${to === 'cancelled' ? 'text-bad' : ''}`}
        >
          Move to {statusName(to)}
          {to === 'assigned' && task.assigned_to === null && '…'}
        </button>
      ))}
    </div>
  );
}

function nextItem(key: string, at: number, count: number): number | null {
  if (key === 'ArrowDown') return (at + 1) % count;
  if (key === 'ArrowUp') return (at - 1 + count) % count;
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : null;
}

/** Below the button, or above it where there is no room. */
function placeAt(box: HTMLElement, anchor: HTMLElement): void {
  const from = anchor.getBoundingClientRect();
  const below = from.bottom + 4;
  const top = below + box.offsetHeight > window.innerHeight - MARGIN ? from.top - 4 - box.offsetHeight : below;
  box.style.top = `${Math.max(MARGIN, top)}px`;
  box.style.left = `${Math.max(MARGIN, Math.min(from.right - box.offsetWidth, window.innerWidth - MARGIN - box.offsetWidth))}px`;
}
