import type { ComponentProps, ReactNode } from 'react';
import { formatCount } from '@/lib/client/text';

interface PanelProps {
  id: string;
  title: string;
  count: number;
  /** What stands at the right end of the heading. */
  note?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A titled part of the page; what it holds brings its own scrolling. */
export function Panel({ id, title, count, note, className = '', children }: PanelProps) {
  return (
    <section aria-labelledby={`${id}-title`} className={`flex min-h-0 min-w-0 flex-col ${className}`}>
      <header className="flex h-10 shrink-0 items-center gap-2 border-line border-b px-4">
        <h2 id={`${id}-title`} className="font-semibold">
          {title}
        </h2>
        <span className="text-muted">{formatCount(count)}</span>
        <span className="ml-auto min-w-0 truncate text-muted">{note}</span>
      </header>
      {children}
    </section>
  );
}

/** A part of the page that scrolls on its own. */
export function Scroller({ label, className = '', ...rest }: { label: string } & ComponentProps<'section'>) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      data-scroller
      className={`min-h-0 flex-1 overflow-x-hidden ${className}`}
      {...rest}
    />
  );
}

/** What a panel says while it has nothing to show: what that means, and what to do. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="max-w-prose px-4 py-6">
      <p className="font-medium">{title}</p>
      <div className="mt-1 text-muted">{children}</div>
    </div>
  );
}
