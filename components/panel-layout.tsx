import { type KeyboardEvent, type PointerEvent, type ReactNode, useMemo, useRef } from 'react';
import {
  columnsOf,
  DEFAULT_LAYOUT,
  type Layout,
  LEFT_TO_MESSAGES,
  NARROWEST,
  PANELS,
  type PanelName,
  type SidePanel,
  toggled,
} from '@/lib/client/settings';
import { useStyle } from '@/lib/client/use-style';
import { PanelPlace } from './ui/panel';

/** Dragged to less than this, a panel collapses. */
const COLLAPSES_BELOW = NARROWEST / 2;
const STEP = 16;
const LARGE_STEP = 96;

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
  const columns = useStyle('--columns', columnsOf(layout));
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
      <Separator side="agents" layout={layout} onLayout={onLayout} />
      {place('messages')}
      <Separator side="locks" layout={layout} onLayout={onLayout} />
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

/** The line beside a side panel: dragged, or moved by arrow keys, it makes the panel wider or narrower. */
function Separator({ side, layout, onLayout }: SeparatorProps) {
  const drag = useRef<{ x: number; width: number } | null>(null);
  const fixed = layout.collapsed.includes(side) || layout.collapsed.includes('messages');
  if (fixed) return <div className="bg-line max-md:hidden" />;

  const outward = side === 'agents' ? 1 : -1;
  const width = layout.widths[side];
  const resize = (next: number) => {
    onLayout({ ...layout, widths: { ...layout.widths, [side]: Math.max(NARROWEST, Math.round(next)) } });
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { x: event.clientX, width: drawnWidth(event.currentTarget, side) };
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (drag.current === null) return;
    const next = drag.current.width + outward * (event.clientX - drag.current.x);
    if (next >= COLLAPSES_BELOW) return resize(Math.min(next, widest(event.currentTarget)));
    drag.current = null;
    onLayout(toggled(layout, side));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const now = drawnWidth(event.currentTarget, side);
    const most = widest(event.currentTarget);
    const step = event.shiftKey ? LARGE_STEP : STEP;
    if (event.key === 'ArrowRight') resize(Math.min(most, now + outward * step));
    else if (event.key === 'ArrowLeft') resize(Math.min(most, now - outward * step));
    else if (event.key === 'Home') resize(NARROWEST);
    else if (event.key === 'End') resize(most);
    else if (event.key === 'Enter') onLayout(toggled(layout, side));
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: <hr> takes neither focus nor a value
    <div
      role="separator"
      tabIndex={0}
      aria-label={`Width of ${side}`}
      aria-orientation="vertical"
      aria-controls={side}
      aria-valuenow={width}
      aria-valuemin={NARROWEST}
      aria-valuetext={`${width} pixels`}
      title="Drag or use the arrow keys; Enter collapses, a double click resets"
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onLostPointerCapture={() => {
        drag.current = null;
      }}
      onDoubleClick={() => resize(DEFAULT_LAYOUT.widths[side])}
      onKeyDown={onKeyDown}
      className="separator max-md:hidden"
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
