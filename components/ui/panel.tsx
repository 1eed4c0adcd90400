import { type ComponentProps, createContext, type ReactNode, use } from 'react';
import { formatCount } from '@/lib/client/text';
import { ChevronsLeftRight, ChevronsRightLeft } from './icons';

interface PanelPlace {
  collapsed: boolean;
  /** Null if the panel must stay open because it is the last one. */
  toggle: (() => void) | null;
}

/** The place of a panel, provided by the page's layout. */
export const PanelPlace = createContext<PanelPlace>({ collapsed: false, toggle: null });

interface PanelProps {
  id: string;
  title: string;
  /** Null if it is not known. */
  count: number | null;
  /** Shown at the right end of the heading. */
  note?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A titled part of the page whose content scrolls by itself. Collapsed, it is a rail with its title. */
export function Panel({ id, title, count, note, className = '', children }: PanelProps) {
  const { collapsed } = use(PanelPlace);
  return (
    <section
      id={id}
      aria-labelledby={`${id}-title`}
      data-collapsed={collapsed || undefined}
      tabIndex={-1}
      className={`group/panel flex min-h-0 min-w-0 flex-1 flex-col outline-none ${className}`}
    >
      <header className="flex h-10 shrink-0 items-center gap-2 border-line border-b pr-2 pl-4 max-md:pr-4 md:group-data-collapsed/panel:h-full md:group-data-collapsed/panel:flex-col md:group-data-collapsed/panel:border-b-0 md:group-data-collapsed/panel:px-0 md:group-data-collapsed/panel:py-2">
        <h2 id={`${id}-title`} className="font-semibold md:group-data-collapsed/panel:[writing-mode:vertical-rl]">
          {title}
        </h2>
        <span className="text-muted md:group-data-collapsed/panel:[writing-mode:vertical-rl]">
          {count === null ? <NotKnown /> : formatCount(count)}
        </span>
        <span className="ml-auto min-w-0 truncate text-muted md:group-data-collapsed/panel:hidden">{note}</span>
        <CollapseButton id={id} title={title} />
      </header>
      <div id={`${id}-body`} className="contents md:group-data-collapsed/panel:hidden">
        {children}
      </div>
    </section>
  );
}

/** Shown in place of a number that was not recorded: a zero would be a false statement. */
export function NotKnown() {
  return (
    <span title="Not recorded at this moment">
      <span aria-hidden="true">–</span>
      <span className="sr-only">not recorded</span>
    </span>
  );
}

function CollapseButton({ id, title }: { id: string; title: string }) {
  const { collapsed, toggle } = use(PanelPlace);
  if (toggle === null) return null;
  const label = `${collapsed ? 'Show' : 'Collapse'} ${title.toLowerCase()}`;
  const Icon = collapsed ? ChevronsLeftRight : ChevronsRightLeft;
  return (
    <button
      type="button"
      aria-expanded={!collapsed}
      aria-controls={`${id}-body`}
      aria-label={label}
      title={label}
      onClick={toggle}
      className="needs-script icon-button max-md:hidden md:group-data-collapsed/panel:order-first"
    >
      <Icon className="size-3.5" />
    </button>
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
      className={`relative min-h-0 flex-1 overflow-y-auto overflow-x-hidden ${className}`}
      {...rest}
    />
  );
}

/** Shown in an empty panel: what it means, and what to do. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="max-w-prose px-4 py-6">
      <p className="font-medium">{title}</p>
      <div className="mt-1 text-muted">{children}</div>
    </div>
  );
}
