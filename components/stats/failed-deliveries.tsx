import { useId, useLayoutEffect, useRef, useState } from 'react';
import type { Address } from '@/lib/client/address';
import { counted } from '@/lib/client/text';
import type { AttentionEntry } from '@/lib/contract/schemas';
import { AddressLink } from '../ui/address-link';
import { RelativeTime, Sentence } from '../ui/time';

const MARGIN = 8;

interface FailedDeliveriesProps {
  /** The number of recipients with an open failed delivery. */
  count: number;
  /** Those of them that are listed as attention items. */
  entries: readonly AttentionEntry[];
  onGo: (to: Partial<Address>) => void;
  /** The number, which opens the list. */
  children: string;
}

/** A number that opens the list of open failed deliveries, each with a link to its message. */
export function FailedDeliveries({ count, entries, onGo, children }: FailedDeliveriesProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  useLayoutEffect(() => {
    const [tile, box] = [button.current?.closest('div'), sheet.current];
    if (!open || !tile || !box) return;
    const place = () => placeBelow(tile, box);
    place();
    box.querySelector<HTMLElement>('a')?.focus();
    window.addEventListener('resize', place);
    return () => window.removeEventListener('resize', place);
  }, [open]);
  const go = (to: Partial<Address>) => {
    sheet.current?.hidePopover();
    onGo(to);
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        popoverTarget={id}
        aria-label={`Failed deliveries, open: ${children}. List them`}
        title="List the open failed deliveries"
        className="tile-button"
      >
        {children}
      </button>
      <div
        ref={sheet}
        id={id}
        popover="auto"
        role="dialog"
        aria-label="Open failed deliveries"
        // While it is open, the page's shortcuts are off.
        data-modal
        onToggle={(event) => setOpen(event.newState === 'open')}
        className="wrap-anywhere fixed inset-auto m-0 w-96 max-w-[calc(100vw-1rem)] overflow-y-auto rounded-md border border-line bg-paper p-3 font-normal text-ink text-sm leading-normal shadow-lg"
      >
        {open && <OpenList count={count} entries={entries} onGo={go} />}
      </div>
    </>
  );
}

/** Places a box below a tile, within the window. */
function placeBelow(tile: HTMLElement, box: HTMLElement): void {
  const { bottom, left } = tile.getBoundingClientRect();
  box.style.top = `${bottom + 4}px`;
  box.style.left = `${Math.max(MARGIN, Math.min(left, window.innerWidth - MARGIN - box.offsetWidth))}px`;
  box.style.maxHeight = `${window.innerHeight - bottom - 4 - MARGIN}px`;
}

function OpenList({ count, entries, onGo }: Omit<FailedDeliveriesProps, 'children'>) {
  const more = count - entries.length;
  return (
    <>
      {count === 0 && <p>No open failed delivery is known.</p>}
      <ul>
        {entries.map((entry) => (
          <li key={entry.id} className="not-first:mt-2">
            <Sentence text={entry.reason} />{' '}
            <span className="text-muted">
              <RelativeTime instant={entry.since} />.
            </span>{' '}
            {entry.evidence.messages[0] !== undefined && (
              <AddressLink to={{ message: entry.evidence.messages[0] }} onGo={onGo}>
                Show the message
              </AddressLink>
            )}
          </li>
        ))}
      </ul>
      {more > 0 && entries.length > 0 && <p className="mt-2 text-muted">and {counted(more, 'more', 'more')}.</p>}
      {more > 0 && entries.length === 0 && <p>{counted(more, 'recipient')}; Needs you does not list them.</p>}
    </>
  );
}
