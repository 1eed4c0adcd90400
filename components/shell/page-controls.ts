import type { Dispatch } from 'react';
import type { DrawerControl } from '@/components/timeline/timeline-props';
import type { Address } from '@/lib/client/address';
import type { Tab } from '@/lib/client/entry-tab';
import type { Layout } from '@/lib/client/settings';
import type { CalmSetting } from '@/lib/client/use-calm';

/** The open dialog, if any. */
export type OpenDialog = 'help' | 'palette' | 'bundle' | null;

/** What the commands of the page act on. */
export interface PageCommands {
  address: Address;
  closeDetail: () => void;
  nextTheme: () => void;
  goTo: (tab: Tab) => void;
  layout: Layout;
  setLayout: Dispatch<Layout>;
  setDialog: Dispatch<OpenDialog>;
  drawer: DrawerControl;
  calmSetting: CalmSetting;
}
