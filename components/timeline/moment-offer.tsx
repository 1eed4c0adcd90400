import { type KeyboardEvent, type Ref, useEffect, useRef } from 'react';
import { now } from '@/lib/client/clock';
import { isoOf } from '@/lib/client/spans';
import { clockTime } from '@/lib/client/time';
import { X } from '../ui/more-icons';
import { useZone } from '../ui/time';
import type { Selection } from './timeline-selection';

interface MomentOfferProps {
  /** The stage moves this element beside the selected moment. */
  ref: Ref<HTMLDivElement>;
  selection: Selection | null;
  onView: (at: number) => void;
  onDismiss: () => void;
}

/** Offers to show the page as it was at the selected moment. Hidden without a selection. */
export function MomentOffer({ ref, selection, onView, onDismiss }: MomentOfferProps) {
  const zone = useZone();
  const button = useRef<HTMLButtonElement>(null);
  // The link of a thing moves the focus to its panel; an empty place leads nowhere, so Enter must reach the offer.
  useEffect(() => {
    if (selection?.isPlace) button.current?.focus({ preventScroll: true });
  }, [selection]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    onDismiss();
  };
  return (
    <div
      ref={ref}
      hidden={selection === null}
      className="absolute top-0 left-0 z-10 flex h-[22px] items-stretch rounded-sm bg-accent text-paper forced-colors:border"
    >
      {selection !== null && (
        <>
          <button
            ref={button}
            type="button"
            onClick={() => onView(selection.at)}
            onKeyDown={onKeyDown}
            className="cursor-pointer whitespace-nowrap px-2 font-medium focus-visible:outline-paper"
          >
            View this moment · {clockTime(isoOf(selection.at), now(), zone)}
          </button>
          <button
            type="button"
            aria-label="Clear the selected moment"
            title="Clear (Esc)"
            onClick={onDismiss}
            onKeyDown={onKeyDown}
            className="inline-flex cursor-pointer items-center px-1 focus-visible:outline-paper"
          >
            <X className="size-3.5" />
          </button>
        </>
      )}
    </div>
  );
}
