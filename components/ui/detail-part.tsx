import { type ReactNode, useId } from 'react';

interface DetailPartProps {
  title: string;
  note?: ReactNode;
  /** Opens the panel that shows everything, which a narrow screen hides behind a tab. */
  onShowAll?: () => void;
  children: ReactNode;
}

/** One section of the agent's detail. */
export function DetailPart({ title, note, onShowAll, children }: DetailPartProps) {
  const titleId = useId();
  return (
    <section aria-labelledby={titleId} className="px-4 pt-5">
      <div className="mb-1 flex items-baseline gap-2 border-line border-b pb-1">
        <h3 id={titleId} className="shrink-0 font-semibold">
          {title}
        </h3>
        <span className="min-w-0 text-muted">{note}</span>
        {onShowAll && (
          <button type="button" aria-describedby={titleId} onClick={onShowAll} className="link ml-auto md:hidden">
            Show all
          </button>
        )}
      </div>
      {children}
    </section>
  );
}
