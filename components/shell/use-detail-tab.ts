import { useCallback, useEffect, useRef, useState } from 'react';
import type { Tab } from '@/lib/client/entry-tab';

interface DetailTab {
  /** Whether the detail covers the present tab. */
  detailShown: boolean;
  /** Opens the detail of an agent over the present tab, with the focus inside; closing it gives the focus back. */
  openDetail: (agent: string) => void;
}

/**
 * Remembers over which tab of a narrow screen the detail of an agent was opened: it covers that tab, and no other one.
 *
 * @param agent the agent in the address, which also filters the panels; null for none
 * @param place the tab over which the detail opens now: on a wide screen that of the agents
 * @param tab the tab that is open
 */
export function useDetailTab(agent: string | null, place: Tab, tab: Tab): DetailTab {
  const [opened, setOpened] = useState({ agent, tab: place });
  const origin = useRef<Element | null>(null);
  // Adjusted while rendering, so that no frame shows the detail over another tab.
  if (opened.agent !== agent) setOpened({ agent, tab: place });
  const detailShown = agent !== null && opened.agent === agent && opened.tab === tab;

  useEffect(() => {
    if (opened.agent === null) {
      if (origin.current instanceof HTMLElement) origin.current.focus();
      origin.current = null;
    } else if (origin.current !== null) {
      document.querySelector<HTMLElement>('.detail-place')?.focus();
    }
  }, [opened]);

  const openDetail = useCallback(
    (id: string) => {
      origin.current = document.activeElement;
      setOpened({ agent: id, tab: place });
    },
    [place],
  );
  return { detailShown, openDetail };
}
