import type { Address } from '@/lib/client/address';
import type { Tab } from '@/lib/client/entry-tab';
import type { DrawerView } from '@/lib/client/settings';
import type { ConnectionState } from '@/lib/client/stream-client';
import type { SwarmState } from '@/lib/contract/events';

/** The drawer below the panels, as its views read and change it. */
export interface DrawerControl {
  /** The open view; null while the drawer is closed. */
  view: DrawerView | null;
  /** The height of the open view, in CSS pixels. */
  height: number;
  /** Whether idle times of the timeline are folded into breaks. */
  folds: boolean;
  setFolds: (folds: boolean) => void;
  open: (view: DrawerView) => void;
  close: () => void;
  resize: (height: number) => void;
  /** Opens and focuses the timeline; if the focus is inside, closes it and returns the focus. */
  toggleTimeline: () => void;
}

/** The data of every view in the drawer, and the functions that change the page. */
export interface TimelineProps {
  drawer: DrawerControl;
  swarm: SwarmState;
  /** The swarm at the moment on the page; the same as `swarm` for the present. */
  shown: SwarmState;
  /** Whether tasks were recorded at that moment. */
  knowsTasks: boolean;
  connection: ConnectionState;
  address: Address;
  change: (part: Partial<Address>, push?: boolean) => void;
  goTo: (tab: Tab) => void;
}
