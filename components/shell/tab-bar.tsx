import type { KeyboardEvent } from 'react';
import { TABS, type Tab } from '@/lib/client/entry-tab';
import { formatCount } from '@/lib/client/text';

const NAMES: Record<Tab, string> = {
  agents: 'Agents',
  messages: 'Messages',
  locks: 'Locks',
  'needs-you': 'Needs you',
  timeline: 'Timeline',
};

interface TabBarProps {
  tab: Tab;
  onTab: (tab: Tab) => void;
  /** The number of open attention items. */
  attention: number;
}

/** The tabs of a narrow screen. */
export function TabBar({ tab, onTab, attention }: TabBarProps) {
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const edge = { Home: 0, End: TABS.length - 1 }[event.key];
    const index = step === undefined ? edge : (TABS.indexOf(tab) + step + TABS.length) % TABS.length;
    const next = index === undefined ? undefined : TABS[index];
    if (next === undefined) return;
    event.preventDefault();
    onTab(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div role="tablist" aria-label="Parts of the page" onKeyDown={onKeyDown} className="tabs border-line border-b px-2">
      {TABS.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          aria-selected={tab === name}
          aria-controls={`tabpanel-${name}`}
          tabIndex={tab === name ? 0 : -1}
          onClick={() => onTab(name)}
          className="h-10 flex-auto cursor-pointer whitespace-nowrap border-transparent border-b-2 text-muted aria-selected:border-accent aria-selected:text-ink"
        >
          {NAMES[name]}
          {name === 'needs-you' && attention > 0 && (
            <span className="font-medium text-bad"> {formatCount(attention)}</span>
          )}
        </button>
      ))}
    </div>
  );
}
