import { Suspense } from 'react';
import type { Address } from '@/lib/client/address';
import { useShortcut, useShortcutListener } from '@/lib/client/shortcuts';
import type { SwarmState } from '@/lib/contract/events';
import { lazyPart } from '../ui/lazy-part';
import type { OpenDialog, PageCommands } from './page-controls';

// Loaded when they are first opened.
const HelpDialog = lazyPart(() => import('./help-dialog').then((module) => ({ default: module.HelpDialog })));
const PaletteDialog = lazyPart(() => import('./palette-dialog').then((module) => ({ default: module.PaletteDialog })));

const BundleDialog = lazyPart(() =>
  import('../past/bundle-dialog').then((module) => ({ default: module.BundleDialog })),
);

/** The keys of the page as a whole; panels register their own. What has no key is in `palette-commands.ts`. */
export function usePageCommands(page: PageCommands): void {
  const { address, closeDetail, nextTheme, goTo, setDialog, drawer } = page;
  useShortcutListener();
  useShortcut('1', 'Go to agents', () => goTo('agents'), { group: 'Panels' });
  useShortcut('2', 'Go to messages', () => goTo('messages'), { group: 'Panels' });
  useShortcut('3', 'Go to locks', () => goTo('locks'), { group: 'Panels' });
  useShortcut('4', 'Go to what needs you', () => goTo('needs-you'), { group: 'Panels' });
  useShortcut('5', 'Open or close the timeline', drawer.toggleTimeline, { group: 'Panels' });
  useShortcut('6', 'Show tasks', () => drawer.open('tasks'), { group: 'Panels' });
  useShortcut('7', 'Show work files, unread messages and git', () => drawer.open('work'), { group: 'Panels' });
  useShortcut('mod+k', 'Open the command palette', () => setDialog('palette'), { inPalette: false });
  useShortcut('?', 'Show all keys', () => setDialog('help'));
  useShortcut('t', 'Change the theme: system, light, dark', nextTheme);
  useShortcut('Escape', 'Deselect the agent', closeDetail, { enabled: address.agent !== null });
}

interface PageDialogsProps {
  dialog: OpenDialog;
  page: PageCommands;
  swarm: SwarmState;
  onGo: (to: Partial<Address>) => void;
}

/** The help and the palette while they are open. */
export function PageDialogs({ dialog, page, swarm, onGo }: PageDialogsProps) {
  const close = () => page.setDialog(null);
  return (
    <Suspense>
      {dialog === 'help' && <HelpDialog calmSetting={page.calmSetting} hooks={swarm.sources.hooks} onClose={close} />}
      {dialog === 'bundle' && <BundleDialog onClose={close} />}
      {dialog === 'palette' && <PaletteDialog page={page} swarm={swarm} onGo={onGo} onClose={close} />}
    </Suspense>
  );
}
