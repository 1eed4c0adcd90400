/** The bodies and answers of the commands for terminals. */
import { z } from 'zod';
import { MAX_KEYS, MAX_TYPED_LENGTH, TERMINAL_KEYS } from './terminal-keys';

/** What the event `view` tells apart. */
const EXPECTED_SCREENS = ['composer', 'dialog', 'other'] as const;

const yesOrNo = z.boolean({ error: 'must be true or false.' });

export const terminalInputBody = z
  .object({
    text: z
      .string({ error: 'must be a text.' })
      .min(1, { error: 'must not be empty.' })
      .max(MAX_TYPED_LENGTH, { error: 'must have at most 20,000 characters.' })
      .describe('Control characters but line feed and tab are removed.'),
    submit: yesOrNo.default(true).describe('Whether Enter follows when the text is in the composer.'),
    as_command: yesOrNo
      .default(false)
      .describe(
        'At the beginning of an empty composer `/` and `!` keep their meaning. Otherwise a line feed before them makes them ' +
          'plain text.',
      ),
    anywhere: yesOrNo
      .default(false)
      .describe(
        'Only one line and without `submit`: types although no composer of Claude Code is on the screen, for a dialog that ' +
          'takes a text, or another program. Never into a shell.',
      ),
  })
  .superRefine(({ submit, anywhere, text }, context) => {
    if (!anywhere) return;
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (submit) refuse('submit', 'must be false where "anywhere" is true; press Enter by keys.');
    if (/[\r\n]/.test(text)) refuse('text', 'must be one line where "anywhere" is true.');
  })
  .meta({ id: 'TerminalInput' });

export const terminalKeysBody = z
  .object({
    keys: z
      .array(z.enum(TERMINAL_KEYS, { error: `must be some of ${TERMINAL_KEYS.join(', ')}.` }), {
        error: 'must be a list of keys.',
      })
      .min(1, { error: 'must have at least one key.' })
      .max(MAX_KEYS, { error: `must have at most ${MAX_KEYS} keys.` })
      .describe('Pressed in this order.'),
    expected_option: z
      .string({ error: 'must be a text.' })
      .min(1, { error: 'must not be empty.' })
      .max(1000, { error: 'must have at most 1,000 characters.' })
      .optional()
      .describe(
        'Only with one digit: the label of the option that it is to choose. The digit is pressed only if the dialog on the ' +
          'screen has exactly this label there.',
      ),
    expected_screen: z
      .enum(EXPECTED_SCREENS, { error: `must be ${EXPECTED_SCREENS.join(', ')}.` })
      .optional()
      .describe(
        'What must be on the screen when the keys are pressed: `composer` of Claude Code, a `dialog` with numbered options, or ' +
          '`other`, neither. Enter that was meant for a composer would choose the marked option of a dialog.',
      ),
  })
  .superRefine(({ keys, expected_option }, context) => {
    if (expected_option === undefined || (keys.length === 1 && /^[1-9]$/.test(keys[0] ?? ''))) return;
    context.addIssue({ code: 'custom', path: ['expected_option'], message: 'needs one key, a digit from 1 to 9.' });
  })
  .meta({ id: 'TerminalKeys' });

export const terminalInterruptBody = z.object({}).meta({ id: 'TerminalInterrupt' });

const pane = z.string().describe('The immutable id of the pane.');
const detail = z.string().describe('A sentence: the evidence, or why nothing was done.');

export const terminalInputAnswer = z
  .object({
    outcome: z
      .enum(['typed', 'submitted', 'not_typed', 'unknown'])
      .describe(
        '`typed`: the screen shows the text, and Enter was not pressed. `submitted`: the composer does not show it any more ' +
          'after Enter. `not_typed`: the screen changed before, and nothing was typed. `unknown`: it was typed once, and the ' +
          'screen confirms neither.',
      ),
    detail,
    pane,
  })
  .meta({ id: 'TerminalInputDone' });

export const terminalKeysAnswer = z
  .object({
    outcome: z
      .enum(['pressed', 'not_pressed', 'unknown'])
      .describe(
        '`pressed`: tmux gave all of them to the program. `not_pressed`: the terminal changed before, so at least the last one ' +
          'was not pressed. `unknown`: tmux did not answer.',
      ),
    pressed: z.int().min(0).describe('How many keys are known to be pressed.'),
    detail,
    pane,
  })
  .meta({ id: 'TerminalKeysDone' });

export const terminalInterruptAnswer = z
  .object({
    outcome: z
      .enum(['stopped', 'still_working', 'not_working', 'not_pressed', 'unknown'])
      .describe(
        'By the status of its session: `stopped` after Escape; `still_working` 3 s after it; `not_working` before it, so Escape ' +
          'was not pressed. `not_pressed`: the terminal changed before. `unknown`: Escape was pressed, but no session says what ' +
          'it did.',
      ),
    detail,
    pane,
  })
  .meta({ id: 'TerminalInterruptDone' });

export type ExpectedScreen = (typeof EXPECTED_SCREENS)[number];
export type TerminalInputBody = z.output<typeof terminalInputBody>;
export type TerminalKeysBody = z.output<typeof terminalKeysBody>;
export type TerminalInputAnswer = z.infer<typeof terminalInputAnswer>;
export type TerminalKeysAnswer = z.infer<typeof terminalKeysAnswer>;
export type TerminalInterruptAnswer = z.infer<typeof terminalInterruptAnswer>;
