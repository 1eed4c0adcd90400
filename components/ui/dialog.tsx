import { X } from 'lucide-react';
import { type ReactNode, useEffectEvent, useId, useLayoutEffect, useRef } from 'react';

interface DialogProps {
  title: string;
  /** False where the title is only read aloud. */
  titled?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/**
 * A modal dialog, open for as long as it is drawn. The browser's own: it lies above everything, keeps the keyboard and
 * screen readers inside, closes by Escape and gives the focus back. A press beside it closes it too.
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
      // Only closing gives the focus back; removing the element does not.
      element?.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      data-modal
      onMouseDown={(event) => {
        // What is inside covers the whole of it: the dialog itself is hit on its backdrop only.
        if (event.target !== event.currentTarget) return;
        // Or the press would take the focus that closing gives back.
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
            <X aria-hidden="true" className="size-4" />
          </button>
        )}
      </header>
      {children}
    </dialog>
  );
}
