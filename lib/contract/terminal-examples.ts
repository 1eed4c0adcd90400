/** What a terminal sends, as the API document shows it. */
import type { TerminalEvent } from './terminal-schemas';

const EVENTS: readonly (TerminalEvent & { when: string; schema: string })[] = [
  {
    event: 'state',
    id: null,
    data: {
      state: 'open',
      detail: 'The pane %3 runs claude.',
      ...{ pane: '%3', server: '/tmp/tmux-1000/default', command: 'claude', foreground: 'agent' },
    },
    schema: 'TerminalState',
    when: 'first, and when it changes',
  },
  {
    event: 'screen',
    id: 'k3v9.41',
    data: { columns: 120, rows: 40, title: 'agent-3', alternate: true, content: '\u001b[H\u001b[2J❯\u00a0' },
    schema: 'TerminalScreen',
    when: 'replaces everything: at first, after a gap, when the pane has another size; in a preview each time',
  },
  {
    event: 'output',
    id: 'k3v9.42',
    data: { content: 'hello' },
    schema: 'TerminalOutput',
    when: 'what the pane wrote',
  },
  {
    event: 'view',
    id: null,
    data: { composer: 'empty', dialog: null },
    schema: 'TerminalView',
    when: 'what is certain from the screen, when it changes and after each state',
  },
];

export const TERMINAL_EVENT_ROWS = EVENTS.map(
  ({ event, schema, when }) => `| \`${event}\` | ${schema} | ${when} |`,
).join('\n');

/** In its wire format. */
export const TERMINAL_EXAMPLE = EVENTS.map(({ event, id, data }) =>
  [`event: ${event}`, ...(id === null ? [] : [`id: ${id}`]), `data: ${JSON.stringify(data)}`, '', ''].join('\n'),
).join('');
