import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { type Layout, PANELS, type PanelName, saveLayout, toggled } from './settings';

/** What a narrow screen shows one at a time. */
export const TABS = [...PANELS, 'needs-you', 'timeline'] as const;
export type Tab = (typeof TABS)[number];

const NARROW = '(width < 48rem)';

export interface PageLayout {
  layout: Layout;
  setLayout: (layout: Layout) => void;
  tab: Tab;
  setTab: (tab: Tab) => void;
  /** Brings a part of the page into view, whether it is collapsed or behind a tab, and moves the focus there. */
  goTo: (tab: Tab) => void;
}

/**
 * How the panels are laid out, kept for the next visit.
 *
 * @param initial the layout that the server has drawn
 * @param initialTab the tab that the server has drawn for narrow screens
 */
export function useLayout(initial: Layout, initialTab: Tab): PageLayout {
  const [layout, setLayout] = useState(initial);
  const [tab, setTab] = useState(initialTab);
  const [target, setTarget] = useState<{ tab: Tab } | null>(null);
  const saved = useRef(initial);

  useEffect(() => {
    // Not at the first draw: whoever has chosen nothing gets no cookie.
    if (layout !== saved.current) saveLayout(layout);
    saved.current = layout;
  }, [layout]);

  // The place may have been hidden until this draw, and what is hidden takes no focus.
  useEffect(() => {
    if (target) focusPart(target.tab);
  }, [target]);

  const goTo = useCallback((next: Tab) => {
    setTab(next);
    setLayout((known) => (isPanel(next) && known.collapsed.includes(next) ? toggled(known, next) : known));
    setTarget({ tab: next });
  }, []);
  return { layout, setLayout, tab, setTab, goTo };
}

/** @returns whether a tab is one of the panels */
export function isPanel(tab: Tab): tab is PanelName {
  return tab !== 'needs-you' && tab !== 'timeline';
}

/** Focuses the current row of a part's list, else the list itself, else the part. */
function focusPart(tab: Tab): void {
  const part = document.getElementById(tab);
  const list = part?.querySelector('[data-scroller]');
  const place = list?.querySelector('[tabindex="0"]') ?? part?.querySelector('[data-first]') ?? list ?? part;
  if (place instanceof HTMLElement) place.focus();
}

/** True on a screen that has room for one panel only; the server, and a page that is coming alive, say false. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = window.matchMedia(NARROW);
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => window.matchMedia(NARROW).matches,
    () => false,
  );
}
