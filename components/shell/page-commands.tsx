import { type Dispatch, Suspense } from 'react';
import type { DrawerControl } from '@/components/timeline/timeline-props';
import type { Address } from '@/lib/client/address';
import { type Layout, type PanelName, toggled } from '@/lib/client/settings';
import { useCommand, useShortcut, useShortcutListener } from '@/lib/client/shortcuts';
import type { CalmSetting } from '@/lib/client/use-calm';
import type { Tab } from '@/lib/client/use-layout';
import type { SwarmState } from '@/lib/contract/events';
import { lazyPart } from '../ui/lazy-part';

// Loaded when they are first opened.
const HelpDialog = lazyPart(() => import('./help-dialog').then((module) => ({ default: module.HelpDialog })));
const PaletteDialog = lazyPart(() => import('./palette-dialog').then((module) => ({ default: module.PaletteDialog })));

const BundleDialog = lazyPart(() =>
  import('../past/bundle-dialog').then((module) => ({ default: module.BundleDialog })),
);

/** The open dialog, if any. */
export type OpenDialog = 'help' | 'palette' | 'bundle' | null;

interface PageCommands {
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

/** The commands of the page as a whole; panels register their own. */
export function usePageCommands(page: PageCommands): void {
  const { address, closeDetail, nextTheme, goTo, layout, setLayout, setDialog, drawer, calmSetting } = page;
  const toggle = (name: PanelName) => () => setLayout(toggled(layout, name));
  useShortcutListener();
  useShortcut('1', 'Go to agents', () => goTo('agents'), { group: 'Panels' });
  useShortcut('2', 'Go to messages', () => goTo('messages'), { group: 'Panels' });
  useShortcut('3', 'Go to locks', () => goTo('locks'), { group: 'Panels' });
  useShortcut('4', 'Go to what needs you', () => goTo('needs-you'), { group: 'Panels' });
  useShortcut('5', 'Open or close the timeline', drawer.toggleTimeline, { group: 'Panels' });
  useShortcut('6', 'Show tasks', () => drawer.open('tasks'), { group: 'Panels' });
  useShortcut('7', 'Show work files: contexts, conflicts, unread messages, git', () => drawer.open('work'), {
    group: 'Panels',
  });
  useCommand('Show conversations', () => drawer.open('talk'), { group: 'Panels' });
  useCommand('Show waiting agents', () => drawer.open('waits'), { group: 'Panels' });
  useCommand('Show pending acknowledgements', () => drawer.open('acks'), { group: 'Panels' });
  useCommand('Show tokens and cost', () => drawer.open('usage'), { group: 'Panels' });
  useCommand('Show commands', () => drawer.open('commands'), { group: 'Panels' });
  useCommand('Collapse or show agents', toggle('agents'), { group: 'Panels' });
  useCommand('Collapse or show messages', toggle('messages'), { group: 'Panels' });
  useCommand('Collapse or show locks', toggle('locks'), { group: 'Panels' });
  useShortcut('mod+k', 'Open the command palette', () => setDialog('palette'), { inPalette: false });
  useShortcut('?', 'Show all keys', () => setDialog('help'));
  useShortcut('t', 'Change the theme: system, light, dark', nextTheme);
  const { calm, setCalm } = calmSetting;
  useCommand(calm ? 'Calm page off: show changes as they arrive' : 'Calm page: at most one update a second', () =>
    setCalm(!calm),
  );
  useCommand('Export this time range…', () => setDialog('bundle'), { group: 'Past' });
  useCommand('Copy the link to this view', () => void navigator.clipboard?.writeText(window.location.href));
  useShortcut('Escape', 'Deselect the agent', closeDetail, { enabled: address.agent !== null });
}

interface PageDialogsProps {
  dialog: OpenDialog;
  setDialog: Dispatch<OpenDialog>;
  swarm: SwarmState;
  calmSetting: CalmSetting;
  onGo: (to: Partial<Address>) => void;
}

/** The help and the palette while they are open. */
export function PageDialogs({ dialog, setDialog, swarm, calmSetting, onGo }: PageDialogsProps) {
  const close = () => setDialog(null);
  return (
    <Suspense>
      {dialog === 'help' && <HelpDialog calmSetting={calmSetting} hooks={swarm.sources.hooks} onClose={close} />}
      {dialog === 'bundle' && <BundleDialog onClose={close} />}
      {dialog === 'palette' && <PaletteDialog swarm={swarm} onGo={onGo} onClose={close} />}
    </Suspense>
  );
}
