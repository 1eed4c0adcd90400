/**
 * Terminals of agents: what a viewer is sent. A viewer first gets the whole screen and then what the pane writes, with
 * ids by which a reconnect goes on exactly where it stopped, or gets the whole screen again.
 */
import { z } from 'zod';

/** Who reads what is typed into a terminal. */
export const FOREGROUNDS = ['agent', 'shell', 'other', 'unknown'] as const;

/** What is certain about a terminal without its screen. */
export const terminalState = z
  .object({
    state: z
      .enum(['open', 'dead', 'gone', 'no_pane', 'no_tmux', 'other_user', 'old_version', 'unreachable'])
      .describe(
        '`open`: it can be watched. `dead`: its process has ended, its last screen is shown. `gone`: the pane is closed. ' +
          '`no_pane`: no pane of the agent is known. `no_tmux`: tmux is not installed where the dashboard runs. ' +
          '`other_user`: its tmux server belongs to another user. `old_version`: that of tmux lacks the control mode that ' +
          'is needed. `unreachable`: its server does not answer, or its pane can not be watched; `detail` says why.',
      ),
    detail: z.string().describe('A sentence: the evidence, and what to do where something can be done.'),
    pane: z.string().nullable().describe('The immutable id of the pane, such as `%3`; null where none is known.'),
    server: z.string().nullable().describe('The socket of its tmux server; null where none is known.'),
    command: z.string().nullable().describe('The program in the foreground of the pane.'),
    foreground: z
      .enum(FOREGROUNDS)
      .describe(
        'Who reads what is typed: `agent`: its process of Claude Code is in the foreground. `shell`: a shell is, which would ' +
          'run it. `other`: its process is suspended or in the background, and another program is in the foreground. ' +
          '`unknown`: no process of Claude Code is seen, or there is no pane. Into `shell` and `other` nothing is typed.',
      ),
  })
  .meta({ id: 'TerminalState' });

/** What is certain from the screen; nothing is guessed. */
export const terminalView = z
  .object({
    composer: z
      .enum(['empty', 'draft', 'absent'])
      .describe('`absent`: no composer of Claude Code is on the screen: a dialog, another view or another program.'),
    dialog: z
      .object({
        question: z
          .string()
          .nullable()
          .describe('What it asks, from the lines above its options; null where no question is certain there.'),
        options: z.array(z.object({ key: z.string().describe('The digit that chooses it.'), label: z.string() })),
      })
      .nullable()
      .describe('A dialog of Claude Code with its numbered options; null where none is certain.'),
  })
  .meta({ id: 'TerminalView' });

/** The whole screen of a pane, which replaces everything that a viewer has. */
export const terminalScreen = z
  .object({
    columns: z.int().positive(),
    rows: z.int().positive(),
    title: z.string(),
    alternate: z.boolean().describe('The alternate screen is shown, which keeps no earlier lines.'),
    content: z.string().describe('Bytes for a terminal that was reset, as text: screen, earlier lines, modes, cursor.'),
  })
  .meta({ id: 'TerminalScreen' });

export const terminalOutput = z
  .object({ content: z.string().describe('What the pane wrote since the last event, as text.') })
  .meta({ id: 'TerminalOutput' });

/** One event for a viewer. `id` is `<epoch>.<seq>` on `screen` and `output`, and null on the others. */
export const terminalEvent = z
  .discriminatedUnion('event', [
    z.object({ event: z.literal('state'), id: z.null(), data: terminalState }),
    z.object({ event: z.literal('view'), id: z.null(), data: terminalView }),
    z.object({ event: z.literal('screen'), id: z.string(), data: terminalScreen }),
    z.object({ event: z.literal('output'), id: z.string(), data: terminalOutput }),
  ])
  .meta({ id: 'TerminalEvent' });

/** `live`: every byte. `preview`: whole screens without earlier lines, at most four a second. */
export const TERMINAL_MODES = ['live', 'preview'] as const;

export type TerminalMode = (typeof TERMINAL_MODES)[number];
export type Foreground = (typeof FOREGROUNDS)[number];
export type TerminalState = z.infer<typeof terminalState>;
export type TerminalView = z.infer<typeof terminalView>;
export type TerminalScreen = z.infer<typeof terminalScreen>;
export type TerminalEvent = z.infer<typeof terminalEvent>;
