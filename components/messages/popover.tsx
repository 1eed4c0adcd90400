import type { ReactNode } from 'react';
import { Suspense, useEffect, useEffectEvent, useId, useRef, useState } from 'react';
import type { Icon } from '../ui/icon';

interface PopoverProps {
  label: string;
  icon: Icon;
  /** Shown beside the label. */
  note?: ReactNode;
  /** May be a lazy component, which is loaded when the popover is first opened. */
  children: ReactNode;
}

const MARGIN = 8;

/**
 * A button that opens a small sheet below itself. The browser's own popover is above everything, closes on Escape or a
 * click elsewhere, and returns the focus.
 */
export function Popover({ label, icon: Icon, note, children }: PopoverProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const place = () => {
    const from = button.current?.getBoundingClientRect();
    const box = sheet.current;
    if (!from || !box) return;
    const right = Math.max(MARGIN, window.innerWidth - from.right);
    box.style.top = `${from.bottom + 4}px`;
    box.style.right = `${Math.min(right, window.innerWidth - MARGIN - box.offsetWidth)}px`;
    box.style.maxHeight = `${window.innerHeight - from.bottom - 4 - MARGIN}px`;
    box.querySelector<HTMLElement>('input, select, button')?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        popoverTarget={id}
        aria-expanded={open}
        aria-label={label}
        title={label}
        className="quiet-button"
      >
        <Icon className="size-3.5" />
        <span className="@max-[32rem]:sr-only">{label}</span>
        {note}
      </button>
      <div
        ref={sheet}
        id={id}
        popover="auto"
        role="dialog"
        aria-label={label}
        // While it is open, the page's shortcuts are off.
        data-modal
        onToggle={(event) => setOpen(event.newState === 'open')}
        className="fixed inset-auto m-0 w-88 max-w-[calc(100vw-1rem)] overflow-y-auto rounded-md border border-line bg-paper p-3 text-ink shadow-lg"
      >
        {open && (
          <Suspense>
            <Arriving onArrival={place}>{children}</Arriving>
          </Suspense>
        )}
      </div>
    </>
  );
}

/** Reports when its content has loaded: a suspended sibling delays the effects of everything in the boundary. */
function Arriving({ onArrival, children }: { onArrival: () => void; children: ReactNode }) {
  const arrive = useEffectEvent(onArrival);
  useEffect(() => arrive(), []);
  return children;
}
