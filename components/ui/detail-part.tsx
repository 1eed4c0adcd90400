import { type ReactNode, useId } from 'react';

/** One part of the detail. */
export function DetailPart({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  const titleId = useId();
  return (
    <section aria-labelledby={titleId} className="px-4 pt-5">
      <h3 className="mb-1 flex items-baseline gap-2 border-line border-b pb-1 font-semibold">
        <span id={titleId}>{title}</span>
        <span className="font-normal text-muted">{note}</span>
      </h3>
      {children}
    </section>
  );
}
