import type { Address } from '@/lib/client/address';
import type { DrawerView } from '@/lib/client/settings';
import type { ConnectionState } from '@/lib/client/stream-client';
import type { Tab } from '@/lib/client/use-layout';
import type { SwarmState } from '@/lib/contract/events';

/** The drawer below the panels, as its views see and change it. */
export interface DrawerControl {
  /** What is shown, null while it is closed. */
  view: DrawerView | null;
  /** Of what it shows, in CSS pixels. */
  height: number;
  /** Idle stretches of the timeline are drawn as breaks. */
  folds: boolean;
  setFolds: (folds: boolean) => void;
  open: (view: DrawerView) => void;
  close: () => void;
  resize: (height: number) => void;
  /** Opens the timeline and goes there; from within it, closes it and goes back. */
  toggleTimeline: () => void;
}

/** What every view of the drawer draws from, and how it changes the page. */
export interface TimelineProps {
  drawer: DrawerControl;
  swarm: SwarmState;
  connection: ConnectionState;
  address: Address;
  change: (part: Partial<Address>, push?: boolean) => void;
  goTo: (tab: Tab) => void;
}
