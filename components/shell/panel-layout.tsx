import { type ReactNode, useMemo } from 'react';
import {
  DEFAULT_LAYOUT,
  type Layout,
  LEFT_TO_MESSAGES,
  layoutColumns,
  NARROWEST,
  PANELS,
  type PanelName,
  type SidePanel,
  toggled,
} from '@/lib/client/settings';
import { useStyle } from '@/lib/client/use-style';
import { PanelPlace } from '../ui/panel';
import { Separator } from '../ui/separator';

interface PanelLayoutProps {
  layout: Layout;
  onLayout: (layout: Layout) => void;
  /** The tab that is shown where only one panel has room; null while that is none of the panels. */
  tab: PanelName | null;
  /** What a narrow screen shows as tabs; there each panel is one's content. */
  asTabs: boolean;
  panels: Record<PanelName, ReactNode>;
}

/** The three panels side by side, each as wide as the person wants it; on a narrow screen one at a time. */
export function PanelLayout({ layout, onLayout, tab, asTabs, panels }: PanelLayoutProps) {
  const columns = useStyle('--columns', layoutColumns(layout));
  const place = (name: PanelName) => (
    <Place key={name} name={name} layout={layout} onLayout={onLayout} shown={tab === name} asTab={asTabs}>
      {panels[name]}
    </Place>
  );
  return (
    <div
      ref={columns}
      className="flex min-h-0 min-w-0 flex-1 flex-col md:grid md:grid-cols-(--columns) md:grid-rows-[minmax(0,1fr)]"
    >
      {place('agents')}
      <PanelSeparator side="agents" layout={layout} onLayout={onLayout} />
      {place('messages')}
      <PanelSeparator side="locks" layout={layout} onLayout={onLayout} />
      {place('locks')}
    </div>
  );
}

interface PlaceProps extends Pick<PanelLayoutProps, 'layout' | 'onLayout'> {
  name: PanelName;
  shown: boolean;
  asTab: boolean;
  children: ReactNode;
}

function Place({ name, layout, onLayout, shown, asTab, children }: PlaceProps) {
  const value = useMemo(() => {
    const collapsed = layout.collapsed.includes(name);
    const last = !collapsed && layout.collapsed.length === PANELS.length - 1;
    return { collapsed, toggle: last ? null : () => onLayout(toggled(layout, name)) };
  }, [layout, onLayout, name]);
  return (
    <div
      data-panel={name}
      data-tab={shown ? 'shown' : 'hidden'}
      className="tab-content flex min-h-0 min-w-0 flex-1 flex-col"
      {...(asTab && { role: 'tabpanel', id: `tabpanel-${name}`, 'aria-labelledby': `tab-${name}` })}
    >
      <PanelPlace value={value}>{children}</PanelPlace>
    </div>
  );
}

interface SeparatorProps extends Pick<PanelLayoutProps, 'layout' | 'onLayout'> {
  side: SidePanel;
}

/** The line beside a side panel; there is nothing to drag beside what is collapsed. */
function PanelSeparator({ side, layout, onLayout }: SeparatorProps) {
  const fixed = layout.collapsed.includes(side) || layout.collapsed.includes('messages');
  if (fixed) return <div className="bg-line max-md:hidden" />;
  return (
    <Separator
      label={`Width of ${side}`}
      controls={side}
      axis="x"
      outward={side === 'agents' ? 1 : -1}
      size={layout.widths[side]}
      least={NARROWEST}
      usual={DEFAULT_LAYOUT.widths[side]}
      drawn={(separator) => drawnWidth(separator, side)}
      most={widest}
      onResize={(width) => onLayout({ ...layout, widths: { ...layout.widths, [side]: width } })}
      onCollapse={() => onLayout(toggled(layout, side))}
      title="Drag or use the arrow keys; Enter collapses, a double click resets"
      className="separator"
    />
  );
}

/** The width in force: CSS leaves room for the messages in a small window, whatever was chosen in a large one. */
function drawnWidth(separator: HTMLElement, side: SidePanel): number {
  return separator.parentElement?.querySelector(`[data-panel="${side}"]`)?.getBoundingClientRect().width ?? 0;
}

function widest(separator: HTMLElement): number {
  return Math.max(NARROWEST, Math.floor(((separator.parentElement?.clientWidth ?? 0) - LEFT_TO_MESSAGES) / 2));
}
