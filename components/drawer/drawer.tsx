import { Suspense } from 'react';
import type { DrawerControl } from '@/components/timeline/timeline-props';
import { DEFAULT_DRAWER, DRAWER_HEIGHTS, DRAWER_VIEWS, type DrawerView } from '@/lib/client/settings';
import { useStyle } from '@/lib/client/use-style';
import type { TimelineProps } from '../timeline/timeline-props';
import { lazyPart } from '../ui/lazy-part';
import { Separator } from '../ui/separator';

// Loaded when it is first opened.
const DrawerContent = lazyPart(() => import('./drawer-content').then((module) => ({ default: module.DrawerContent })));

const NAMES: Record<DrawerView, string> = {
  timeline: 'Timeline',
  tasks: 'Tasks',
  work: 'Work',
  talk: 'Conversations',
  waits: 'Waiting',
  terminals: 'Terminals',
  acks: 'Pending acks',
  usage: 'Usage',
  commands: 'Commands',
};

interface DrawerProps extends TimelineProps {
  /** On a narrow screen: the state of its tab; null where the drawer is below the panels. */
  asTab: 'shown' | 'hidden' | null;
  /** Whether its tab is selected, even before it is known whether the screen is narrow. */
  tabShown: boolean;
}

/** The drawer below the panels with timeline, tasks, work files, conversations, waiting agents, usage and commands. A slim row while it is closed. */
export function Drawer({ drawer, asTab, tabShown, ...content }: DrawerProps) {
  const height = useStyle('--drawer', `${drawer.height}px`);
  const view = asTab === null ? drawer.view : (drawer.view ?? 'timeline');
  const shown = asTab === null ? view !== null : asTab === 'shown';
  return (
    <div
      data-tab={tabShown ? 'shown' : 'hidden'}
      className="tab-content drawer flex min-h-0 shrink-0 flex-col max-md:flex-1"
      {...(asTab !== null && { role: 'tabpanel', id: 'tabpanel-timeline', 'aria-labelledby': 'tab-timeline' })}
    >
      <section
        id="timeline"
        aria-label="Timeline and relations"
        tabIndex={-1}
        className="relative flex min-h-0 flex-1 flex-col outline-none"
      >
        {view !== null && <HeightSeparator drawer={drawer} />}
        <div className="flex h-8 shrink-0 items-stretch gap-1 overflow-x-auto border-line border-t bg-paper px-2.5 max-md:h-10 max-md:border-t-0 max-md:border-b">
          {DRAWER_VIEWS.map((name) => (
            <button
              key={name}
              type="button"
              aria-expanded={view === name}
              aria-controls={shown && view === name ? 'drawer-content' : undefined}
              data-first={(view ?? 'timeline') === name || undefined}
              onClick={() => (view === name && asTab === null ? drawer.close() : drawer.open(name))}
              className="cursor-pointer whitespace-nowrap rounded-sm px-1.5 text-muted hover:text-ink aria-expanded:font-medium aria-expanded:text-ink"
            >
              {NAMES[name]}
            </button>
          ))}
          <kbd className="kbd ml-auto self-center max-md:hidden" title="Opens the timeline">
            5
          </kbd>
        </div>
        {view !== null && (
          <div
            id="drawer-content"
            ref={height}
            className="drawer-content flex min-h-0 flex-col border-line border-t max-md:flex-1 max-md:border-t-0"
          >
            {shown && (
              <Suspense fallback={<p className="p-4 text-muted">Loading…</p>}>
                <DrawerContent view={view} drawer={drawer} {...content} />
              </Suspense>
            )}
          </div>
        )}
      </section>
    </div>
  );
}

/** The line above the open drawer, which changes its height. */
function HeightSeparator({ drawer: { height, resize, close } }: { drawer: DrawerControl }) {
  return (
    <Separator
      label="Height of the drawer"
      controls="drawer-content"
      axis="y"
      outward={-1}
      size={height}
      least={DRAWER_HEIGHTS.least}
      usual={DEFAULT_DRAWER.height}
      drawn={drawnHeight}
      most={highest}
      onResize={resize}
      onCollapse={close}
      title="Drag or use the arrow keys; Enter closes, a double click resets"
      className="drawer-separator"
    />
  );
}

/** The height that the panels above keep beside the drawer, in CSS pixels (`.panels-row` in app/globals.css). */
const LEFT_TO_PANELS = 300;

/** The actual height: CSS limits the chosen one to leave room for the panels. */
function drawnHeight(): number {
  return document.getElementById('drawer-content')?.getBoundingClientRect().height ?? 0;
}

function highest(): number {
  const panels = document.querySelector('.panels-row')?.getBoundingClientRect().height ?? 0;
  const free = Math.max(0, Math.floor(panels - LEFT_TO_PANELS));
  return Math.max(DRAWER_HEIGHTS.least, Math.min(Math.floor(window.innerHeight * 0.6), drawnHeight() + free));
}
