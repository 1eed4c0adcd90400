import type { Ref } from 'react';
import { leadOf, thingWords } from '@/components/timeline/timeline-words';
import { now } from '@/lib/client/clock';
import { type Pointed, usePointed } from './pointed';

/** The pointed thing in words; the stage moves the tooltip beside the pointer. */
export function Tooltip({ ref, pointed }: { ref: Ref<HTMLDivElement>; pointed: Pointed }) {
  const thing = usePointed(pointed);
  const lead = thing === null ? '' : leadOf(thing, now()).label;
  const [who, ...rest] = thing === null ? [] : thingWords(thing, now()).split(' · ');
  return (
    <div
      ref={ref}
      aria-hidden="true"
      className="timeline-tooltip drawn-colours pointer-events-none fixed top-0 left-0 z-40 max-w-[min(26rem,calc(100vw-1rem))] rounded-md border border-line bg-paper px-2.5 py-1.5 shadow-lg data-hidden:invisible"
      data-hidden={thing === null || undefined}
    >
      {thing !== null && (
        <div className="text-ink">
          <p className="wrap-anywhere font-medium">{who}</p>
          {/* For an empty place the link already names the moment. */}
          {rest
            .filter((line) => !lead.endsWith(line))
            .map((line) => (
              <p key={line} className="wrap-anywhere text-muted">
                {line}
              </p>
            ))}
          <p className="mt-0.5 text-accent">{lead}</p>
        </div>
      )}
    </div>
  );
}
