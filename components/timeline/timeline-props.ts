import type { Address } from '@/lib/client/address';
import type { ConnectionState } from '@/lib/client/connection';
import type { DrawerControl } from '@/lib/client/use-drawer';
import type { Tab } from '@/lib/client/use-layout';
import type { SwarmState } from '@/lib/contract/events';

/** What every view of the drawer draws from, and how it changes the page. */
export interface TimelineProps {
  drawer: DrawerControl;
  swarm: SwarmState;
  connection: ConnectionState;
  address: Address;
  change: (part: Partial<Address>, push?: boolean) => void;
  goTo: (tab: Tab) => void;
}
