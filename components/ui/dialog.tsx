import { type ReactNode, useEffectEvent, useId, useLayoutEffect, useRef } from 'react';
import { X } from './more-icons';

interface DialogProps {
  title: string;
  /** False if the title is only read aloud. */
  titled?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/**
 * A modal dialog, open while it is mounted. The browser's own: it is above everything, keeps the keyboard and screen
 * readers inside, closes on Escape and returns the focus. A press beside it also closes it.
 */
export function Dialog({ title, titled = true, onClose, children }: DialogProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const closed = useEffectEvent(onClose);
  useLayoutEffect(() => {
    const element = dialog.current;
    const onClosed = () => closed();
    element?.addEventListener('close', onClosed);
    element?.showModal();
    return () => {
      element?.removeEventListener('close', onClosed);
      // Only closing returns the focus; removing the element does not.
      element?.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      data-modal
      onMouseDown={(event) => {
        // The content covers the whole dialog, so a press hits the dialog itself only on its backdrop.
        if (event.target !== event.currentTarget) return;
        // Otherwise the press would take the focus that closing returns.
        event.preventDefault();
        event.currentTarget.close();
      }}
      className="fixed top-[12dvh] right-auto bottom-auto left-1/2 max-h-[76dvh] w-[min(40rem,calc(100vw-2rem))] max-w-none -translate-x-1/2 flex-col overflow-hidden rounded-lg border border-line bg-paper text-ink shadow-2xl outline-none backdrop:bg-black/40 open:flex"
    >
      <header className={titled ? 'flex items-center border-line border-b py-2 pr-2 pl-5' : 'sr-only'}>
        <h2 id={id} className="flex-1 font-semibold text-base">
          {title}
        </h2>
        {titled && (
          <button
            type="button"
            aria-label="Close"
            title="Close (Esc)"
            className="icon-button"
            onClick={() => dialog.current?.close()}
          >
            <X className="size-4" />
          </button>
        )}
      </header>
      {children}
    </dialog>
  );
}
