import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { type Address, panelOf, parseAddress } from './address';
import { keepTab, type Tab, tabOfEntry } from './entry-tab';
import { type Layout, type PanelName, saveLayout, toggled } from './settings';
import { onTravel } from './use-address';

const NARROW = '(width < 48rem)';
/** Between these widths the detail covers the panels (app/globals.css). */
const COVERED = '(48rem <= width < 80rem)';

export interface PageLayout {
  layout: Layout;
  setLayout: (layout: Layout) => void;
  tab: Tab;
  setTab: (tab: Tab) => void;
  /** Brings a part of the page into view, even if it is collapsed or behind a tab, and moves the focus there. */
  goTo: (tab: Tab) => void;
}

/**
 * The layout of the panels, kept for the next visit.
 *
 * @param initial the layout that the server rendered
 * @param initialTab the tab that the server rendered for narrow screens
 */
export function useLayout(initial: Layout, initialTab: Tab): PageLayout {
  const [layout, setLayout] = useState(initial);
  const [tab, setTab] = useState(initialTab);
  const [target, setTarget] = useState<{ tab: Tab } | null>(null);
  const saved = useRef(initial);

  useEffect(() => {
    // Not at the first render: without a choice no cookie is set.
    if (layout !== saved.current) saveLayout(layout);
    saved.current = layout;
  }, [layout]);

  // The part may have been hidden until this render, and a hidden element cannot take the focus.
  useEffect(() => {
    if (target) focusPart(target.tab);
  }, [target]);

  useEffect(() => keepTab(tab), [tab]);

  // After the back button the tab is that from which the entry was left; without one it is what the address points at.
  useEffect(() => {
    return onTravel((state) => {
      const shown = tabOfEntry(state) ?? tabOf(parseAddress(new URLSearchParams(window.location.search)));
      if (shown !== null) setTab(shown);
    });
  }, []);

  const goTo = useCallback((next: Tab) => {
    setTab(next);
    setLayout((known) => (isPanel(next) && known.collapsed.includes(next) ? toggled(known, next) : known));
    setTarget({ tab: next });
  }, []);
  return { layout, setLayout, tab, setTab, goTo };
}

/**
 * @returns the tab of a narrow screen that shows what an address points at; an open terminal goes before the view of the
 *   drawer from which it was opened. Null where the address points at nothing
 */
export function tabOf(address: Address): Tab | null {
  if (address.agent !== null && address.terminal !== null) return 'agents';
  return address.view !== null ? 'timeline' : panelOf(address);
}

/** @returns whether a tab is one of the panels */
export function isPanel(tab: Tab): tab is PanelName {
  return tab !== 'needs-you' && tab !== 'timeline';
}

/** Focuses the current row of a part's list, else the list, else the part. */
function focusPart(tab: Tab): void {
  const part = document.getElementById(tab);
  const list = part?.querySelector('[data-scroller]');
  const place = list?.querySelector('[tabindex="0"]') ?? part?.querySelector('[data-first]') ?? list ?? part;
  if (place instanceof HTMLElement) place.focus();
}

/** @returns whether the detail of an agent hides a part of the panels now */
export function detailCovers(): boolean {
  return window.matchMedia(COVERED).matches;
}

/** True on a screen with room for only one panel; false on the server and during hydration. */
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
