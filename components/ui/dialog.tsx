import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';

interface DialogProps {
  title: string;
  /** False where the title is only read aloud. */
  titled?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** What stands over the page and takes the keyboard until it is closed; it is open for as long as it is drawn. */
export function Dialog({ title, titled = true, onClose, children }: DialogProps) {
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 bg-black/40" />
        <Base.Popup
          data-modal
          className="fixed top-[12dvh] left-1/2 flex max-h-[76dvh] w-[min(40rem,calc(100vw-2rem))] -translate-x-1/2 flex-col overflow-hidden rounded-lg border border-line bg-paper shadow-2xl outline-none"
        >
          <header className={titled ? 'flex items-center border-line border-b py-2 pr-2 pl-5' : 'sr-only'}>
            <Base.Title className="flex-1 font-semibold text-base">{title}</Base.Title>
            {titled && (
              <Base.Close aria-label="Close" title="Close (Esc)" className="icon-button">
                <X aria-hidden="true" className="size-4" />
              </Base.Close>
            )}
          </header>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
