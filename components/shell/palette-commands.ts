/** The commands of the page that have no key: only the palette offers them, so they load with it. */

import { toggled } from '@/lib/client/settings';
import type { PageCommands } from './page-controls';
import type { Choice } from './palette';

/** @returns the commands, as the palette lists them */
export function pageChoices(page: PageCommands): Choice[] {
  const { layout, setLayout, setDialog, drawer, calmSetting } = page;
  const { calm, setCalm } = calmSetting;
  return [
    command('Panels', 'Show conversations', () => drawer.open('talk')),
    command('Panels', 'Show waiting agents', () => drawer.open('waits')),
    command('Panels', 'Show terminals', () => drawer.open('terminals')),
    command('Panels', 'Show pending acknowledgements', () => drawer.open('acks')),
    command('Panels', 'Show tokens and cost', () => drawer.open('usage')),
    command('Panels', 'Show commands', () => drawer.open('commands')),
    ...(['agents', 'messages', 'locks'] as const).map((name) =>
      command('Panels', `Collapse or show ${name}`, () => setLayout(toggled(layout, name))),
    ),
    command(
      'Page',
      calm ? 'Calm page off: show changes as they arrive' : 'Calm page: at most one update a second',
      () => setCalm(!calm),
    ),
    command('Past', 'Export this time range…', () => setDialog('bundle')),
    command('Page', 'Copy the link to this view', () => void navigator.clipboard?.writeText(window.location.href)),
  ];
}

function command(group: string, label: string, run: () => void): Choice {
  return { id: `command: ${label}`, label, group, keys: null, run };
}
