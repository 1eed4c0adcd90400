import { useCallback, useEffect, useRef, useState } from 'react';
import type { Address } from '@/lib/client/address';
import type { Tab } from '@/lib/client/entry-tab';
import { type Drawer, type DrawerView, drawerView, saveDrawer } from '@/lib/client/settings';
import type { DrawerControl } from '../timeline/timeline-props';

interface DrawerOptions {
  /** What the server rendered. */
  initial: Drawer;
  address: Address;
  change: (part: Partial<Address>) => void;
  goTo: (tab: Tab) => void;
}

/** The state of the drawer: from the address, else from the last visit. */
export function useDrawer({ initial, address, change, goTo }: DrawerOptions): DrawerControl {
  const [kept, setKept] = useState(initial);
  const saved = useRef(initial);
  const cameFrom = useRef<Element | null>(null);
  const view = drawerView(address.view) ?? kept.view;
  useEffect(() => {
    // Not at the first render: without a choice no cookie is set.
    if (kept !== saved.current) saveDrawer(kept);
    saved.current = kept;
  }, [kept]);

  const open = useCallback(
    (next: DrawerView) => {
      setKept((known) => ({ ...known, view: next }));
      change({ view: next });
      goTo('timeline');
    },
    [change, goTo],
  );
  const close = useCallback(() => {
    setKept((known) => ({ ...known, view: null }));
    change({ view: null });
  }, [change]);
  const resize = useCallback((height: number) => setKept((known) => ({ ...known, height })), []);
  const setFolds = useCallback((folds: boolean) => setKept((known) => ({ ...known, folds })), []);
  const toggleTimeline = () => {
    const inside = document.activeElement?.closest('#timeline') != null;
    if (!(inside && view === 'timeline')) {
      if (!inside) cameFrom.current = document.activeElement;
      open('timeline');
      return;
    }
    close();
    if (cameFrom.current instanceof HTMLElement) cameFrom.current.focus();
  };
  const { height, folds } = kept;
  return { view, height, folds, setFolds, open, close, resize, toggleTimeline };
}
